using Npgsql;
using Orleans.Storage;

namespace PointsMall.Tests.Cluster.AdoNet;

/// <summary>A stored state has one row, and only who has read its present version may change it.</summary>
public abstract class StorageTests(SessionCluster session)
{
    private const string StateName = "contract";

    private IGrainStorage Keeping => session.Cluster.Storage(AdoNetCluster.Keeping);

    private IGrainStorage Deleting => session.Cluster.Storage(AdoNetCluster.Deleting);

    [Fact]
    public async Task Of_many_first_writes_at_once_one_wins()
    {
        const int Keys = 40;
        const int Writers = 24;
        const string Raced = "raced";
        IGrainStorage[] silos = [Keeping, session.Cluster.Storage(AdoNetCluster.Keeping, silo: 1)];
        var keys = Enumerable.Range(0, Keys).Select(_ => NewKey()).ToList();

        var outcomes = await Task.WhenAll(
            keys.SelectMany(key =>
                Enumerable
                    .Range(0, Writers)
                    .Select(async writer =>
                        (
                            key,
                            writer,
                            won: await Succeeds(
                                Write(silos[writer % 2], key, $"{writer}", null, Raced)
                            )
                        )
                    )
            )
        );

        foreach (var key in keys)
        {
            var winner = Assert.Single(outcomes, outcome => outcome.key == key && outcome.won);
            Assert.Equal($"{winner.writer}", (await Read(key, Raced)).State!.Text);
        }
        Assert.Equal(Keys, await CountRows(Raced));
    }

    [Fact]
    public async Task A_stale_version_changes_nothing()
    {
        var key = NewKey();
        var first = await Write(Keeping, key, "first", null);
        var second = await Write(Keeping, key, "second", first);

        await Rejected(Write(Keeping, key, "stale", first));
        await Rejected(Clear(Keeping, key, first));
        await Rejected(Clear(Deleting, key, first));
        await Rejected(Write(Keeping, key, "no version", null));

        var kept = await Read(key);
        Assert.Equal("second", kept.State!.Text);
        Assert.Equal(second, kept.ETag);
    }

    [Fact]
    public async Task A_cleared_state_keeps_its_version()
    {
        var key = NewKey();
        var written = await Write(Keeping, key, "something", null);

        var cleared = await Clear(Keeping, key, written);
        var empty = await Read(key);
        await Rejected(Write(Keeping, key, "no version", null));
        var again = await Clear(Keeping, key, cleared);
        await Write(Keeping, key, "anew", again);

        Assert.False(empty.RecordExists);
        Assert.Equal(cleared, empty.ETag);
        Assert.NotEqual(written, cleared);
        Assert.NotEqual(cleared, again);
        Assert.Equal("anew", (await Read(key)).State!.Text);
    }

    [Theory]
    [InlineData(AdoNetCluster.Keeping)]
    [InlineData(AdoNetCluster.Deleting)]
    public async Task Of_clears_at_once_one_wins(string provider)
    {
        var key = NewKey();
        var written = await Write(Keeping, key, "something", null);

        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => Succeeds(Clear(session.Cluster.Storage(provider), key, written)))
        );

        Assert.Single(outcomes, won => won);
    }

    [Fact]
    public async Task A_state_deleted_and_written_again_is_not_the_old_one()
    {
        var key = NewKey();
        var old = await Write(Deleting, key, "old", null);
        await Clear(Deleting, key, old);
        var deleted = await Read(key);

        var created = await Write(Deleting, key, "new", null);
        await Rejected(Write(Deleting, key, "stale", old));
        await Rejected(Clear(Deleting, key, old));

        Assert.False(deleted.RecordExists);
        Assert.Null(deleted.ETag);
        var kept = await Read(key);
        Assert.Equal("new", kept.State!.Text);
        Assert.Equal(created, kept.ETag);
    }

    [Fact]
    public async Task Each_kind_of_key_has_a_row_of_its_own()
    {
        var guid = Guid.CreateVersion7();
        IdSpan[] spans =
        [
            GrainIdKeyExtensions.CreateIntegerKey(7),
            GrainIdKeyExtensions.CreateIntegerKey(-7),
            GrainIdKeyExtensions.CreateIntegerKey(7, "extension"),
            GrainIdKeyExtensions.CreateIntegerKey(0, "foo"),
            GrainIdKeyExtensions.CreateGuidKey(guid),
            GrainIdKeyExtensions.CreateGuidKey(guid, "extension"),
            GrainIdKeyExtensions.CreateGuidKey(Guid.Empty, "foo"),
            IdSpan.Create("foo"),
            IdSpan.Create(new string('x', 600)),
        ];
        var keys = spans.Select(span => GrainId.Create(GrainType.Create("kinds"), span)).ToList();

        foreach (var key in keys)
        {
            await Write(Keeping, key, key.ToString(), null);
        }

        foreach (var key in keys)
        {
            Assert.Equal(key.ToString(), (await Read(key)).State!.Text);
        }
    }

    [Fact]
    public async Task A_grain_whose_row_was_changed_by_another_fails_once_and_reloads()
    {
        var id = Guid.CreateVersion7();
        var grain = session.Cluster.Client.GetGrain<INoteGrain>(id);
        await grain.Write("first");
        await Execute(
            "update orleans.grain_state set version = nextval('orleans.grain_state_version') where state_name = 'test-note'"
        );

        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Write("second"));

        Assert.Equal("first", await grain.Read());
        await grain.Write("third");
        Assert.Equal("third", await grain.Read());
    }

    private static GrainId NewKey() => GrainId.Create("note", $"{Guid.CreateVersion7():n}");

    private static async Task<string?> Write(
        IGrainStorage storage,
        GrainId key,
        string text,
        string? version,
        string stateName = StateName
    )
    {
        var state = new GrainState<Note>(new Note { Text = text }, version);
        await storage.WriteStateAsync(stateName, key, state);
        return state.ETag;
    }

    private static async Task<string?> Clear(IGrainStorage storage, GrainId key, string? version)
    {
        var state = new GrainState<Note>(new Note(), version) { RecordExists = true };
        await storage.ClearStateAsync(StateName, key, state);
        return state.ETag;
    }

    private async Task<GrainState<Note>> Read(GrainId key, string stateName = StateName)
    {
        var state = new GrainState<Note>();
        await Keeping.ReadStateAsync(stateName, key, state);
        return state;
    }

    private static async Task<bool> Succeeds(Task attempt)
    {
        try
        {
            await attempt;
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    private static async Task Rejected(Task attempt) =>
        await Assert.ThrowsAsync<InconsistentStateException>(() => attempt);

    private async Task<int> CountRows(string stateName)
    {
        await using var source = NpgsqlDataSource.Create(session.Database.OwnerConnectionString);
        await using var count = source.CreateCommand(
            "select count(*)::int from orleans.grain_state where state_name = $1 and service_id = $2"
        );
        count.Parameters.AddWithValue(stateName);
        count.Parameters.AddWithValue(session.Cluster.ClusterId);
        return (int)(await count.ExecuteScalarAsync())!;
    }

    private async Task Execute(string sql)
    {
        await using var source = NpgsqlDataSource.Create(session.Database.OwnerConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

[Collection(typeof(PlainSessions))]
public sealed class StorageOverPlainSessions(PlainSessions session) : StorageTests(session);

[Collection(typeof(OddSessions))]
public sealed class StorageOverOddSessions(OddSessions session) : StorageTests(session);
