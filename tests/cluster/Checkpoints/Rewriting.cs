using System.Collections.Immutable;
using PointsMall.Grains.Members;

namespace PointsMall.Tests.Cluster.Checkpoints;

/// <summary>What an operator with all rights on the database can do to a member's ledger so that it is consistent in itself.</summary>
internal static class Rewriting
{
    /// <summary>Says that the second entry has another source, and gives it and all that follow, and the account, new hashes.</summary>
    public static async Task RewriteChain(this LedgerDatabase ledger)
    {
        var entries = ledger
            .Member.Commits.SelectMany(commit => commit.Decision.Entries)
            .ToImmutableArray();
        var previous = entries[0].Hash;
        foreach (var entry in entries.Skip(1))
        {
            var rewritten = entry with
            {
                Contra = entry.Sequence == 2 ? "issued:gift" : entry.Contra,
                PreviousHash = previous,
            };
            previous = LedgerHash.Of(rewritten);
            await ledger.Tamper(
                "update ledger_entry set contra = $3, previous_hash = $4, hash = $5 where member_id = $1 and sequence = $2",
                entry.MemberId,
                entry.Sequence,
                rewritten.Contra,
                rewritten.PreviousHash.ToBytes(),
                previous.ToBytes()
            );
        }
        await ledger.Tamper(
            "update member_account set head_hash = $2 where member_id = $1",
            ledger.Member.MemberId,
            previous.ToBytes()
        );
    }

    /// <summary>One more entry, as if the member had gone on from there.</summary>
    public static async Task Append(this LedgerDatabase ledger)
    {
        await ledger.Tamper(
            """
            insert into ledger_entry
            select member_id, 5, type, account, points, contra, balance_after + points, lots, cause_kind, cause_id, actor, null, occurred_at,
                hash, sha256(hash)
            from ledger_entry
            where member_id = $1 and sequence = 4
            """,
            ledger.Member.MemberId
        );
        await ledger.Tamper(
            "update member_account set sequence = 5, head_hash = sha256(head_hash) where member_id = $1",
            ledger.Member.MemberId
        );
    }

    /// <summary>Has the checkpoint state the rewritten head.</summary>
    public static Task RewriteHead(this LedgerDatabase ledger) =>
        ledger.Tamper(
            "update ledger_head h set hash = a.head_hash from member_account a where a.member_id = h.member_id"
        );

    public static Task RewriteBuckets(this LedgerDatabase ledger) =>
        ledger.Tamper(
            """
            update ledger_node n
            set hash = (
                select ledger_node_hash(1, string_agg(ledger_leaf_hash(member_id, sequence, h.hash), '' order by member_id))
                from ledger_head h
                where bucket = n.number
            )
            where level = 2
            """
        );

    public static Task RewriteGroups(this LedgerDatabase ledger) =>
        ledger.Tamper(
            """
            update ledger_node n
            set hash = (
                select ledger_node_hash(2, string_agg(coalesce(b.hash, ledger_node_hash(1, null)), '' order by i))
                from generate_series(n.number * 256, n.number * 256 + 255) i
                left join ledger_node b on b.level = 2 and b.number = i
            )
            where level = 1
            """
        );

    /// <summary>And the checkpoint, with everything that can be computed without the key.</summary>
    public static async Task RewriteCheckpoint(
        this LedgerDatabase ledger,
        Grains.Checkpoints.Checkpoint made,
        string? keyId = null,
        Func<byte[], byte[]>? sign = null
    )
    {
        var root = await ledger.Scalar<byte[]>(
            """
            select mall.ledger_node_hash(3, string_agg(coalesce(g.hash, e.hash), '' order by i))
            from generate_series(0, 255) i
            left join mall.ledger_node g on g.level = 1 and g.number = i
            cross join (select mall.ledger_node_hash(2, string_agg(mall.ledger_node_hash(1, null), '')) as hash from generate_series(0, 255)) e
            """
        );
        var rewritten = made with { Root = Hash32.FromBytes(root) };
        await ledger.Tamper(
            "update ledger_checkpoint set root = $1, hash = $2",
            root,
            rewritten.Hash().ToBytes()
        );
        if (sign is not null)
        {
            await ledger.Tamper(
                "update ledger_checkpoint set key_id = $1, signature = $2",
                keyId!,
                sign(rewritten.Statement())
            );
        }
    }
}
