using PointsMall.GrainInterfaces.Members;
using PointsMall.Tests.Cluster.Members;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Takeover;

/// <summary>A balance is read from the grain's memory: what is committed, never older than 5 s, and not once another has the account.</summary>
public sealed class BalanceReadTests(PostgresFixture postgres)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    [Fact, Trait("Behaviour", "PTS-10")]
    public async Task A_balance_is_read_while_a_command_is_being_committed()
    {
        await using var mall = await MallHarness.Start(postgres);
        var member = await mall.Register(points: 100);
        Task<EntryResult> granting;
        await using (
            var connection = await mall.Owner.OpenConnectionAsync(
                TestContext.Current.CancellationToken
            )
        )
        await using (await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var locking = connection.CreateCommand();
            locking.CommandText = "select 1 from member_account where member_id = $1 for update";
            locking.Parameters.Add(new() { Value = member });
            await locking.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            granting = mall.Grant(member, 50);

            for (var read = 0; read < 20; read++)
            {
                Assert.Equal(100, (await mall.Member(member).GetBalance())!.Available);
            }
            Assert.False(granting.IsCompleted);
        }
        Assert.Null((await granting).Refusal);
        Assert.Equal(150, (await mall.Member(member).GetBalance())!.Available);
    }

    [Fact, Trait("Behaviour", "PTS-10")]
    public async Task Memory_is_not_answered_from_once_another_activation_has_the_account()
    {
        await using var database = await postgres.CreateDatabase();
        await using var old = await TestSilo.Start(database, ("Silo:ClusterId", "old"));
        await using var current = await TestSilo.Start(database, ("Silo:ClusterId", "current"));
        var member = await new Shop(old.Grains).AddMember(points: 100);
        var quiet = await new Shop(old.Grains).AddMember(points: 100);
        var before = TimeProvider.System.GetTimestamp();
        await new Shop(current.Grains).Grant(member, 50);
        await Eventually.Is(
            () => Task.FromResult(TimeProvider.System.GetElapsedTime(before)),
            age => age >= FreshFor
        );

        // Asked for, not answered from memory: the first answer is the new one, or none.
        var answer = await Eventually.Is(
            async () =>
            {
                try
                {
                    return await old.Grains.GetGrain<IMemberGrain>(member).GetBalance();
                }
                catch (InvalidOperationException)
                {
                    return null;
                }
            },
            balance => balance is not null
        );

        Assert.Equal(150, answer!.Available);
        // Nobody has taken this one: it is looked up and goes on.
        Assert.Equal(100, (await old.Grains.GetGrain<IMemberGrain>(quiet).GetBalance())!.Available);
    }
}
