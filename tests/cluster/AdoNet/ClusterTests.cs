using System.Net;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.AdoNet;

/// <summary>Silos find each other, say that they live, and are declared dead by their peers.</summary>
public abstract class ClusterTests(SessionCluster session)
{
    [Fact]
    public async Task Silos_started_at_once_are_active_and_a_client_finds_them()
    {
        await using var cluster = session.NewCluster();
        await cluster.Start(silos: 2);

        var members = await cluster.Membership.ReadAllAsync();
        var note = cluster.Client.GetGrain<INoteGrain>(Guid.CreateVersion7());
        await note.Write("here");

        Assert.Equal([SiloStatus.Active, SiloStatus.Active], Statuses(members));
        Assert.Equal("here", await note.Read());
    }

    [Fact]
    public async Task Heartbeats_advance_and_the_version_does_not()
    {
        await using var cluster = session.NewCluster();
        await cluster.Start(silos: 2);
        var before = await cluster.Membership.ReadAllAsync();

        var after = await Eventually.Is(
            () => cluster.Membership.ReadAllAsync(),
            now =>
                now.Members.All(member =>
                    Heartbeat(now, member.Item1) > Heartbeat(before, member.Item1)
                )
        );

        Assert.Equal(before.Version.Version, after.Version.Version);
    }

    [Fact]
    public async Task A_silo_that_answers_no_probe_is_voted_dead_by_its_peers()
    {
        await using var cluster = session.NewCluster();
        await cluster.Start(silos: 2);
        var silent = Silent();

        Assert.True(
            await cluster.Membership.InsertRowAsync(
                silent,
                (await cluster.Membership.ReadAllAsync()).Version.Next()
            )
        );
        var dead = await Eventually.Is(
            async () =>
                (await cluster.Membership.ReadRowAsync(silent.SiloAddress)).Members.Single().Item1,
            entry => entry.Status == SiloStatus.Dead
        );

        Assert.NotEmpty(dead.SuspectTimes!);
    }

    [Fact]
    public async Task A_silo_that_stops_cleanly_is_dead_in_the_table()
    {
        await using var cluster = session.NewCluster();
        await cluster.Start(silos: 1);
        var leaving = await cluster.StartSilo();

        await leaving.StopAsync();

        Assert.Equal(
            [SiloStatus.Active, SiloStatus.Dead],
            Statuses(await cluster.Membership.ReadAllAsync())
        );
    }

    private static MembershipEntry Silent() =>
        new()
        {
            SiloAddress = SiloAddress.New(IPAddress.Loopback, 1, 1),
            SiloName = "silent",
            HostName = "silent",
            Status = SiloStatus.Active,
            ProxyPort = 0,
            StartTime = TimeProvider.System.GetUtcNow().UtcDateTime,
            IAmAliveTime = TimeProvider.System.GetUtcNow().UtcDateTime,
        };

    private static IEnumerable<SiloStatus> Statuses(MembershipTableData table) =>
        table.Members.Select(member => member.Item1.Status).Order();

    private static DateTime? Heartbeat(MembershipTableData table, MembershipEntry silo) =>
        table.TryGet(silo.SiloAddress)?.Item1.IAmAliveTime;
}

[Collection(typeof(PlainSessions))]
public sealed class ClusterOverPlainSessions(PlainSessions session) : ClusterTests(session);

[Collection(typeof(OddSessions))]
public sealed class ClusterOverOddSessions(OddSessions session) : ClusterTests(session);
