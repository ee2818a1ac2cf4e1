using Microsoft.Extensions.DependencyInjection;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.AdoNet;

/// <summary>Reminders are kept under a version, and each silo finds those of its range.</summary>
public abstract class ReminderTests(SessionCluster session)
{
    /// <summary>Far off, so that no silo rings them during the test.</summary>
    private static readonly DateTime Start = new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private IReminderTable Table =>
        session.Cluster.Silos[0].Services.GetRequiredService<IReminderTable>();

    [Fact]
    public async Task A_reminder_is_removed_under_its_present_version_only()
    {
        var grain = NewGrain();
        var old = await Upsert(Reminder(grain));
        var present = await Upsert(Reminder(grain));

        Assert.False(await Table.RemoveRow(grain, "alarm", old));
        Assert.True(await Table.RemoveRow(grain, "alarm", present));
        Assert.False(await Table.RemoveRow(grain, "alarm", present));
        Assert.Null(await Table.ReadRow(grain, "alarm"));
    }

    [Fact]
    public async Task A_reminder_made_again_survives_the_version_of_the_old_one()
    {
        var grain = NewGrain();
        var old = await Upsert(Reminder(grain));
        await Table.RemoveRow(grain, "alarm", old);

        var present = await Upsert(Reminder(grain));

        Assert.False(await Table.RemoveRow(grain, "alarm", old));
        Assert.Equal(present, (await Table.ReadRow(grain, "alarm"))?.ETag);
    }

    [Fact]
    public async Task A_period_longer_than_an_integer_of_milliseconds_is_kept()
    {
        var grain = NewGrain();
        await Upsert(Reminder(grain, period: TimeSpan.FromDays(60)));

        var read = Assert.Single((await Table.ReadRows(grain)).Reminders);

        Assert.Equal(TimeSpan.FromDays(60), read.Period);
        Assert.Equal(Start, read.StartAt);
    }

    [Fact]
    public async Task Writers_at_once_all_succeed_each_with_a_version_of_its_own()
    {
        var grain = NewGrain();

        var versions = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Upsert(Reminder(grain)))
        );

        Assert.Distinct(versions);
        Assert.Contains((await Table.ReadRow(grain, "alarm"))?.ETag, versions);
    }

    [Fact]
    public async Task A_range_holds_the_reminders_whose_hash_lies_in_it()
    {
        var grains = Enumerable.Range(0, 60).Select(_ => NewGrain()).ToList();
        foreach (var grain in grains)
        {
            await Upsert(Reminder(grain));
        }
        uint[] edges = [0, 0x7fffffff, 0x80000000, 0xffffffff, grains[0].GetUniformHashCode()];
        var random = new Random(20261122);
        var ranges = edges
            .SelectMany(begin => edges.Select(end => (begin, end)))
            .Concat(
                Enumerable
                    .Range(0, 275)
                    .Select(_ =>
                        ((uint)random.NextInt64(1L << 32), (uint)random.NextInt64(1L << 32))
                    )
            );

        foreach (var (begin, end) in ranges)
        {
            var found = (await Table.ReadRows(begin, end))
                .Reminders.Select(reminder => reminder.GrainId)
                .Intersect(grains);

            Assert.Equal(
                grains.Where(grain => Holds(begin, end, grain.GetUniformHashCode())).Order(),
                found.Order()
            );
        }
    }

    [Fact]
    public async Task A_grain_is_reminded_until_it_stops_it()
    {
        var alarm = session.Cluster.Client.GetGrain<IAlarmGrain>(Guid.CreateVersion7());
        await alarm.Set(TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
        await Eventually.Is(() => alarm.Ticks(), ticks => ticks.Length >= 2);

        await alarm.Set(TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
        await Eventually.Is(
            () => alarm.Ticks(),
            ticks => ticks[^1].Period == TimeSpan.FromMilliseconds(300)
        );
        await alarm.Stop();

        Assert.Empty((await Table.ReadRows(alarm.GetGrainId())).Reminders);
    }

    /// <summary>The version that the row now has.</summary>
    private async Task<string> Upsert(ReminderEntry reminder)
    {
        var version = await Table.UpsertRow(reminder);
        Assert.NotNull(version);
        return version;
    }

    /// <summary>The ring: begin is outside, end inside; begin = end is all of it.</summary>
    private static bool Holds(uint begin, uint end, uint hash) =>
        begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;

    private static GrainId NewGrain() => GrainId.Create("sleeper", $"{Guid.CreateVersion7():n}");

    private static ReminderEntry Reminder(GrainId grain, TimeSpan? period = null) =>
        new()
        {
            GrainId = grain,
            ReminderName = "alarm",
            StartAt = Start,
            Period = period ?? TimeSpan.FromHours(1),
        };
}

[Collection(typeof(PlainSessions))]
public sealed class RemindersOverPlainSessions(PlainSessions session) : ReminderTests(session);

[Collection(typeof(OddSessions))]
public sealed class RemindersOverOddSessions(OddSessions session) : ReminderTests(session);
