using System.Net;

namespace PointsMall.Tests.Cluster.AdoNet;

/// <summary>A change of the membership happens under the version that its caller read, or not at all.</summary>
public abstract class MembershipTests(SessionCluster session)
{
    private static readonly DateTime Start = new(2026, 11, 22, 10, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Silos_may_create_the_table_of_a_cluster_at_once()
    {
        var cluster = NewClusterId();

        var tables = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => session.Cluster.OtherMembership(cluster))
        );

        var table = await tables[0].ReadAllAsync();
        Assert.Empty(table.Members);
        Assert.Equal(0, table.Version.Version);
    }

    [Fact]
    public async Task Of_silos_that_join_on_one_version_one_does()
    {
        var table = await NewTable();
        var version = (await table.ReadAllAsync()).Version.Next();

        var outcomes = await Task.WhenAll(
            Enumerable.Range(1, 12).Select(port => table.InsertRowAsync(Silo(port), version))
        );

        Assert.Single(outcomes, joined => joined);
        await Expect(table, version: 1, silos: 1);
    }

    [Fact]
    public async Task A_silo_joins_once()
    {
        var table = await NewTable();
        var version = (await table.ReadAllAsync()).Version.Next();

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => table.InsertRowAsync(Silo(1), version))
        );
        var again = await table.InsertRowAsync(
            Silo(1),
            (await table.ReadAllAsync()).Version.Next()
        );

        Assert.Single(outcomes, joined => joined);
        Assert.False(again);
        await Expect(table, version: 1, silos: 1);
    }

    [Fact]
    public async Task A_silo_that_never_joined_cannot_change()
    {
        var table = await NewTable();
        await table.InsertRowAsync(Silo(1), (await table.ReadAllAsync()).Version.Next());
        var now = await table.ReadAllAsync();

        var changed = await table.UpdateRowAsync(
            Silo(2),
            now.Version.VersionEtag,
            now.Version.Next()
        );
        await table.UpdateIAmAliveAsync(Silo(2));

        Assert.False(changed);
        await Expect(table, version: 1, silos: 1);
        var missing = await table.ReadRowAsync(Silo(2).SiloAddress);
        Assert.Empty(missing.Members);
        Assert.Equal(1, missing.Version.Version);
    }

    [Fact]
    public async Task Of_changes_on_one_version_one_happens()
    {
        var table = await NewTable();
        await table.InsertRowAsync(Silo(1), (await table.ReadAllAsync()).Version.Next());
        var now = await table.ReadAllAsync();

        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(_ =>
                    table.UpdateRowAsync(
                        Silo(1, SiloStatus.Active),
                        now.Version.VersionEtag,
                        now.Version.Next()
                    )
                )
        );

        Assert.Single(outcomes, changed => changed);
        await Expect(table, version: 2, silos: 1);
    }

    [Fact]
    public async Task A_change_by_one_who_saw_an_older_heartbeat_keeps_the_newer()
    {
        var table = await NewTable();
        await table.InsertRowAsync(Silo(1), (await table.ReadAllAsync()).Version.Next());
        var seen = await table.ReadAllAsync();
        var beat = Silo(1);
        beat.IAmAliveTime = Start.AddMinutes(5);
        await table.UpdateIAmAliveAsync(beat);

        var changed = await table.UpdateRowAsync(
            Silo(1, SiloStatus.Active),
            seen.Version.VersionEtag,
            seen.Version.Next()
        );
        await table.UpdateIAmAliveAsync(Silo(1));

        Assert.True(changed);
        var entry = (await table.ReadAllAsync()).Members.Single().Item1;
        Assert.Equal(SiloStatus.Active, entry.Status);
        Assert.Equal(Start.AddMinutes(5), entry.IAmAliveTime);
        Assert.Equal(Start, entry.StartTime);
    }

    [Fact]
    public async Task A_deleted_cluster_leaves_nothing_and_others_stay()
    {
        var other = await NewTable();
        await other.InsertRowAsync(Silo(1), (await other.ReadAllAsync()).Version.Next());
        var cluster = NewClusterId();
        var table = await session.Cluster.OtherMembership(cluster);
        await table.InsertRowAsync(Silo(1), (await table.ReadAllAsync()).Version.Next());

        await table.DeleteMembershipTableEntriesAsync(cluster);
        await table.InitializeMembershipTableAsync(true);

        await Expect(table, version: 0, silos: 0);
        await Expect(other, version: 1, silos: 1);
    }

    private static string NewClusterId() => $"membership-{Guid.CreateVersion7():n}";

    private Task<IMembershipTable> NewTable() => session.Cluster.OtherMembership(NewClusterId());

    private static async Task Expect(IMembershipTable table, int version, int silos)
    {
        var now = await table.ReadAllAsync();
        Assert.Equal(version, now.Version.Version);
        Assert.Equal(silos, now.Members.Count);
    }

    private static MembershipEntry Silo(int port, SiloStatus status = SiloStatus.Joining) =>
        new()
        {
            SiloAddress = SiloAddress.New(IPAddress.Loopback, port, 1),
            SiloName = "silo",
            HostName = "host",
            Status = status,
            ProxyPort = 30000,
            StartTime = Start,
            IAmAliveTime = Start,
            SuspectTimes = [],
        };
}

[Collection(typeof(PlainSessions))]
public sealed class MembershipOverPlainSessions(PlainSessions session) : MembershipTests(session);

[Collection(typeof(OddSessions))]
public sealed class MembershipOverOddSessions(OddSessions session) : MembershipTests(session);
