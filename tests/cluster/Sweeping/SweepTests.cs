using Microsoft.Extensions.DependencyInjection;
using PointsMall.GrainInterfaces.Members;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Sweeping;

[Collection(MallCollection.Name)]
public sealed class SweepTests(MallFixture mall)
{
    private const int Slices = 8;

    private readonly Shop _shop = new(mall.Grains);

    [Fact]
    [Trait("Behaviour", "EXP-1")]
    public async Task Points_that_have_expired_leave_by_the_sweep_alone()
    {
        var memberId = await MemberWithExpiredPoints();

        await Sweeper(memberId).Sweep();

        Assert.Equal(0, await Available(memberId));
        Assert.Equal("grant 60, expiry -60", await Ledger(memberId));
        Assert.False(await IsDue(memberId));
    }

    [Fact]
    public async Task Pending_points_become_active_by_the_sweep_alone()
    {
        var memberId = await _shop.AddMember();
        await _shop.Grant(memberId, 60, pendingUntil: Soon());
        await UntilDue(memberId);

        await Sweeper(memberId).Sweep();

        Assert.Equal(60, await Available(memberId));
        Assert.Equal("grant 60, activation 60", await Ledger(memberId));
    }

    [Fact]
    [Trait("Behaviour", "EXP-1")]
    public async Task A_member_touched_before_the_sweep_has_the_same_ledger()
    {
        var touched = await MemberWithExpiredPoints();
        var swept = await MemberWithExpiredPoints();

        await _shop.Grant(touched, 5);
        await Sweeper(touched).Sweep();
        await Sweeper(swept).Sweep();
        await _shop.Grant(swept, 5);

        Assert.Equal("grant 60, expiry -60, grant 5", await Ledger(touched));
        Assert.Equal(await Ledger(touched), await Ledger(swept));
        Assert.Equal(5, await Available(touched));
        Assert.Equal(5, await Available(swept));
    }

    [Fact]
    public async Task A_sweep_goes_through_its_whole_slice()
    {
        var members = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(_ => MemberWithExpiredPoints())
        );

        await Task.WhenAll(Enumerable.Range(0, Slices).Select(slice => SweeperOf(slice).Sweep()));

        foreach (var memberId in members)
        {
            Assert.Equal(0, await Available(memberId));
        }
    }

    [Fact]
    public async Task A_reminders_tick_sweeps()
    {
        var memberId = await MemberWithExpiredPoints();

        await mall
            .Grains.GetGrain<IRemindable>(Sweeper(memberId).GetGrainId())
            .ReceiveReminder("sweep", default);

        await Eventually.Is(() => Available(memberId), available => available == 0);
    }

    [Fact]
    public async Task Every_sweeper_has_its_reminder_soon_after_a_silo_has_started()
    {
        var table = mall.Silos[0].Services.GetRequiredService<IReminderTable>();
        for (var slice = 0; slice < Slices; slice++)
        {
            var sweeper = SweeperOf(slice).GetGrainId();
            var rows = await Eventually.Is(
                () => table.ReadRows(sweeper),
                rows => rows.Reminders.Count > 0
            );
            Assert.Equal(TimeSpan.FromMinutes(1), Assert.Single(rows.Reminders).Period);
        }
    }

    private async Task<Guid> MemberWithExpiredPoints()
    {
        var memberId = await _shop.AddMember();
        await _shop.Grant(memberId, 60, expiresAt: Soon());
        await UntilDue(memberId);
        return memberId;
    }

    private static DateTimeOffset Soon() => TimeProvider.System.GetUtcNow().AddMilliseconds(1_500);

    private Task<bool> UntilDue(Guid memberId) => Eventually.Is(() => IsDue(memberId), due => due);

    private Task<bool> IsDue(Guid memberId) =>
        mall.Read<bool>(
            "select coalesce(due_on <= now(), false) from member_account where member_id = $1",
            memberId
        );

    private ISweeperGrain Sweeper(Guid memberId) =>
        SweeperOf(memberId.ToByteArray(bigEndian: true)[15] % Slices);

    private ISweeperGrain SweeperOf(int slice) => mall.Grains.GetGrain<ISweeperGrain>(slice);

    private Task<long> Available(Guid memberId) =>
        mall.Read<long>("select available from member_account where member_id = $1", memberId);

    private Task<string> Ledger(Guid memberId) =>
        mall.Read<string>(
            """
            select string_agg(type || ' ' || points, ', ' order by sequence)
            from ledger_entry
            where member_id = $1
            """,
            memberId
        );
}
