using System.Security.Cryptography;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Checkpoints;

/// <summary>Whoever has all rights on the database and uses them on the ledger is found out, and the member is named.</summary>
[Trait("Behaviour", "PTS-11")]
public sealed class TamperTests(PostgresFixture postgres)
{
    /// <summary>What was done after a checkpoint, and what <c>verify</c> must name.</summary>
    public static TheoryData<string, string> Changes { get; } =
        new()
        {
            // Edited.
            {
                "update ledger_entry set points = 2000 where member_id = $1 and sequence = 2",
                "chain: entry {member} 2"
            },
            // Deleted.
            {
                "delete from ledger_entry where member_id = $1 and sequence = 2",
                "chain: entry {member} 3"
            },
            {
                "delete from ledger_entry where member_id = $1 and sequence = 4",
                "heads: member {member}"
            },
            // Inserted.
            {
                """
                    insert into ledger_entry
                    select member_id, sequence + 1, type, account, points, contra, balance_after + points, lots, cause_kind, cause_id, actor, null,
                        occurred_at, hash, sha256(hash)
                    from ledger_entry
                    where member_id = $1 and sequence = 4
                    """,
                "chain: entry {member} 5"
            },
            // Put in another order.
            {
                """
                    update ledger_entry set sequence = -sequence where member_id = $1 and sequence in (2, 3);
                    update ledger_entry set sequence = 5 + sequence where member_id = $1 and sequence < 0
                    """,
                "chain: entry {member} 2"
            },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Rows_that_were_edited_deleted_inserted_or_moved_are_named(
        string change,
        string found
    )
    {
        await using var ledger = await LedgerDatabase.Create(postgres);
        await ledger.Make();
        Assert.Empty((await Verifier.Run(ledger.Superuser)).Violations);

        var id = ledger.Member.MemberId;
        await ledger.Tamper(change.Replace("$1", $"'{id}'", StringComparison.Ordinal));

        var expected = found.Replace("{member}", $"{id}", StringComparison.Ordinal);
        var all = await Verifier.Run(ledger.Superuser);
        var one = await Verifier.RunMember(ledger.Superuser, id);
        var other = await Verifier.RunMember(ledger.Superuser, ledger.Books.Members[0].MemberId);
        Assert.Contains(
            all.Violations,
            at => $"{at}".StartsWith(expected, StringComparison.Ordinal)
        );
        Assert.Contains(
            one.Violations,
            at => $"{at}".StartsWith(expected, StringComparison.Ordinal)
        );
        Assert.Empty(other.Violations);
    }

    [Fact]
    public async Task A_chain_that_was_rewritten_as_a_whole_does_not_lead_to_the_checkpoint()
    {
        await using var ledger = await LedgerDatabase.Create(postgres);
        await ledger.RewriteChain();
        Assert.Empty((await Verifier.Run(ledger.Superuser)).Violations); // before a checkpoint nobody can tell

        await using var again = await LedgerDatabase.Create(postgres);
        var checkpoint = await again.Make();
        await again.RewriteChain();

        var found = Assert.Single((await Verifier.Run(again.Superuser)).Violations);
        Assert.Equal($"member {again.Member.MemberId}", found.Row);
        Assert.Equal("heads", found.Check.Name);

        // The next checkpoint does not bless it, not even when the member goes on.
        Assert.Equal(checkpoint.Root, (await again.Make()).Root);
        await again.Append();
        Assert.Equal(checkpoint.Root, (await again.Make()).Root);
        await again.Tamper("delete from ledger_entry where sequence = 5");
        await again.Tamper(
            "update member_account a set sequence = 4, head_hash = e.hash from ledger_entry e where e.member_id = a.member_id and a.sequence = 5 and e.sequence = 4"
        );
        Assert.Equal(
            "heads",
            Assert.Single((await Verifier.Run(again.Superuser)).Violations).Check.Name
        );
    }

    [Fact]
    public async Task Who_rewrites_the_checkpoint_too_lacks_its_signature()
    {
        await using var ledger = await LedgerDatabase.Create(postgres);
        var made = await ledger.Make();
        await ledger.RewriteChain();
        await ledger.RewriteHead();
        Assert.Contains("the heads of bucket", await Found(ledger), StringComparison.Ordinal);
        await ledger.RewriteBuckets();
        Assert.Contains("the buckets of group", await Found(ledger), StringComparison.Ordinal);
        await ledger.RewriteGroups();
        Assert.Contains("its root", await Found(ledger), StringComparison.Ordinal);
        await ledger.RewriteCheckpoint(made);
        Assert.Contains("did not sign", await Found(ledger), StringComparison.Ordinal);

        // With a key of its own the operator signs it; whoever knows the programme's key is not deceived.
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ownKey = own.ExportSubjectPublicKeyInfo();
        var ownId = SigningKey.IdOf(ownKey);
        await ledger.Tamper("insert into ledger_key values ($1, $2, now())", ownId, ownKey);
        await ledger.RewriteCheckpoint(
            made,
            ownId,
            statement =>
                own.SignData(
                    statement,
                    HashAlgorithmName.SHA256,
                    DSASignatureFormat.Rfc3279DerSequence
                )
        );
        Assert.Empty((await Verifier.Run(ledger.Superuser)).Violations);
        var keyFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(keyFile, ledger.PublicKey);
        using var said = new StringWriter();
        var exitCode = await VerifyCommand.Run(
            ledger.Database.OwnerConnectionString,
            said,
            keyFile: keyFile
        );
        File.Delete(keyFile);
        Assert.Equal(1, exitCode);
        Assert.Contains("not one of the trusted keys", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_changes_a_checkpoint()
    {
        await using var ledger = await LedgerDatabase.Create(postgres);
        await ledger.Make();
        foreach (var table in (string[])["ledger_checkpoint", "ledger_key"])
        {
            foreach (
                var change in (string[])[$"delete from mall.{table}", $"truncate mall.{table}"]
            )
            {
                var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
                    Execute(ledger, change)
                );
                Assert.Equal("PM002", refused.SqlState);
            }
        }
    }

    private static async Task Execute(LedgerDatabase ledger, string sql)
    {
        await using var command = ledger.Superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> Found(LedgerDatabase ledger) =>
        string.Join('\n', (await Verifier.Run(ledger.Superuser)).Violations);
}
