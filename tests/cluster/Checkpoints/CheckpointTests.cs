using Npgsql;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Members;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Checkpoints;

public sealed class CheckpointTests(PostgresFixture postgres)
{
    [Fact]
    public async Task It_states_every_head_and_the_next_one_only_those_that_moved()
    {
        await using var ledger = await LedgerDatabase.Create(postgres);
        var first = await ledger.Make();
        var second = await ledger.Make();

        Assert.Equal((1L, 2L), (first.Number, second.Number));
        Assert.Equal(2, first.Members);
        Assert.Equal(await RootOf(ledger), first.Root);
        Assert.Equal((first.Root, first.Hash()), (second.Root, second.PreviousHash));
        Assert.Equal(2, await Heads(ledger));

        // A member whose account is written without an entry has not moved; one with a new entry has.
        await ledger.Tamper("update member_account set version = version");
        await ledger.Append();
        var third = await ledger.Make();

        Assert.Equal(await RootOf(ledger), third.Root);
        Assert.Equal(2, third.Members);
        Assert.Equal(3, await Heads(ledger)); // one of them for as long as its bucket does not change again
        Assert.Equal(1, await Heads(ledger, 3));
    }

    [Fact]
    public async Task In_a_copy_restored_from_a_dump_everything_is_looked_at()
    {
        await using var ledger = await LedgerDatabase.Create(postgres);
        await ledger.Make();
        // As in a cluster that has not come to this transaction yet, with a member that no checkpoint knows.
        await ledger.Tamper("update ledger_checkpoint set horizon = '9000000000'");
        await ledger.Tamper("delete from ledger_head where member_id = $1", ledger.Member.MemberId);

        Assert.Equal(
            4L,
            await ledger.Scalar<long>("select count(*) from mall.uncounted_entries()")
        );
        await ledger.Make();

        Assert.Equal(1, await Heads(ledger, 2));
    }

    [Fact]
    public async Task Without_a_key_it_is_unsigned_and_a_new_key_signs_all_that_came_before()
    {
        await using var ledger = await LedgerDatabase.Create(postgres);
        using var unsigned = ledger.MakerWith(keyFile: null);
        await unsigned.Make(TestContext.Current.CancellationToken);
        Assert.Equal(
            1,
            await ledger.Scalar<long>(
                "select count(*) from mall.ledger_checkpoint where key_id is null"
            )
        );
        Assert.Empty((await Verifier.Run(ledger.Superuser)).Violations);

        await ledger.Make();

        Assert.Empty((await Verifier.Run(ledger.Superuser)).Violations);
        await ledger.Tamper("update ledger_checkpoint set members = 7 where number = 1");
        Assert.NotEmpty((await Verifier.Run(ledger.Superuser)).Violations);
    }

    [Fact]
    public void A_key_of_another_kind_is_refused_with_what_to_do()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "not a key");
        Assert.Contains(
            "PointsMall.Silo checkpoint-key FILE makes one",
            Assert.Throws<InvalidDataException>(() => SigningKey.Read(file)).Message,
            StringComparison.Ordinal
        );
        using var other = System.Security.Cryptography.ECDsa.Create(
            System.Security.Cryptography.ECCurve.NamedCurves.nistP384
        );
        File.WriteAllText(file, other.ExportECPrivateKeyPem());
        Assert.Contains(
            "another curve",
            Assert.Throws<InvalidDataException>(() => SigningKey.Read(file)).Message,
            StringComparison.Ordinal
        );
        File.Delete(file);
    }

    [Fact]
    public void A_new_key_can_be_used_and_is_not_written_over_another()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var file = Path.Combine(folder, "checkpoint.pem");
        SigningKey.Create(file);
        using var key = SigningKey.Read(file);
        Assert.True(SigningKey.Made(key.PublicKey, [1], key.Sign([1])));
        Assert.False(SigningKey.Made(key.PublicKey, [2], key.Sign([1])));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(file)
            );
        }
        Assert.StartsWith(
            "-----BEGIN PUBLIC KEY-----",
            File.ReadAllText(Path.Combine(folder, "checkpoint.public.pem")),
            StringComparison.Ordinal
        );
        Assert.Throws<IOException>(() => SigningKey.Create(file));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task One_is_made_at_a_time_and_what_a_dead_maker_left_is_taken_over()
    {
        await using var ledger = await LedgerDatabase.Create(postgres);
        var cancelled = TestContext.Current.CancellationToken;
        await using (var dying = ledger.Silo.Background("checkpoint"))
        {
            await dying.OpenAsync(cancelled);
            await using var locked = new NpgsqlCommand(
                "select pg_advisory_lock(7030001), pg_backend_pid()",
                dying
            );
            await locked.ExecuteNonQueryAsync(cancelled);
            var run = await CheckpointRun.Begin(dying, TimeProvider.System, cancelled);
            await run.TakeHeads(cancelled);
            Assert.Equal(2, run.Moved);
            Assert.Null(await ledger.Maker.Make(cancelled));
        }

        var made = await Eventually.Is(
            () => ledger.Maker.Make(cancelled),
            checkpoint => checkpoint is not null
        );

        Assert.Equal((1L, 2L), (made!.Number, made.Members));
        Assert.Empty((await Verifier.Run(ledger.Superuser)).Violations);
        // Each entry was counted once.
        Assert.Equal(
            6L,
            await ledger.Scalar<long>(
                "select sum(entries)::bigint from mall.ledger_total where span = 'day'"
            )
        );
    }

    /// <summary>The root, from the accounts and by the other implementation of the tree.</summary>
    private static async Task<Hash32> RootOf(LedgerDatabase ledger)
    {
        var leaves = new List<Hash32>[LedgerTree.Buckets];
        await using var command = ledger.Superuser.CreateCommand(
            "select member_id, sequence, head_hash from mall.member_account where sequence > 0 order by member_id"
        );
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            var id = row.GetGuid(0);
            (leaves[LedgerTree.BucketOf(id)] ??= []).Add(
                LedgerTree.Leaf(id, row.GetInt64(1), Hash32.FromBytes(row.GetFieldValue<byte[]>(2)))
            );
        }
        return LedgerTree.Root([
            .. leaves
                .Select(bucket => LedgerTree.Bucket(bucket ?? []))
                .Chunk(LedgerTree.Fanout)
                .Select(LedgerTree.Group),
        ]);
    }

    private static Task<long> Heads(LedgerDatabase ledger, long? checkpoint = null) =>
        ledger.Scalar<long>(
            "select count(*) from mall.ledger_head"
                + (checkpoint is null ? "" : $" where checkpoint = {checkpoint}")
        );
}
