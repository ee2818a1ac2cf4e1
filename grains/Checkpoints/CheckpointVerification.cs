using System.Globalization;
using Npgsql;
using PointsMall.Grains.Members;
using PointsMall.Grains.Verification;

namespace PointsMall.Grains.Checkpoints;

/// <summary>
/// Holds the ledgers against the last checkpoint: an operator who rewrites a member's entries with all their hashes still can't make them
/// lead to the head that was stated before, and who rewrites the statement too has no signature for it.
/// </summary>
/// <param name="snapshot">What is looked at.</param>
/// <param name="findings">Where violations go.</param>
/// <param name="trustedKeys">Ids of keys that may have signed; null for any that the database knows.</param>
internal sealed class CheckpointVerification(
    Snapshot snapshot,
    Findings findings,
    IReadOnlySet<string>? trustedKeys = null
)
{
    private const string All = """
        select
            c.number, c.previous_hash, c.root, c.members, c.from_at, c.to_at, c.horizon::text, c.hash,
            c.key_id, c.signature, k.public_key
        from mall.ledger_checkpoint c
        left join mall.ledger_key k on k.key_id = c.key_id
        order by c.number
        """;

    private const string Nodes = """
        select distinct on (level, number) level, number, hash, members
        from mall.ledger_node
        where checkpoint <= $1
        order by level, number, checkpoint desc
        """;

    private const string Last = """
        select coalesce(max(number), 0) from mall.ledger_checkpoint
        """;

    private const string BucketNodes = """
        select distinct on (number) number, hash
        from mall.ledger_node
        where checkpoint <= $1
            and level = 2
            and number >= $2
            and number < $3
        order by number, checkpoint desc
        """;

    private const string Heads = """
        select h.bucket, h.member_id, h.sequence, h.hash, e.hash
        from (
            select distinct on (bucket, member_id) *
            from mall.ledger_head
            where checkpoint <= $1
                and bucket >= $2
                and bucket < $3
            order by bucket, member_id, checkpoint desc
        ) h
        left join lateral (
            select hash
            from mall.ledger_entry
            where member_id = h.member_id
                and sequence = h.sequence
            offset 0
        ) e on true
        order by h.bucket, h.member_id
        """;

    private const string Head = """
        select h.bucket, h.member_id, h.sequence, h.hash, e.hash
        from mall.ledger_head h
        left join mall.ledger_entry e
            on e.member_id = h.member_id
            and e.sequence = h.sequence
        where h.bucket = mall.ledger_bucket($2)
            and h.member_id = $2
            and h.checkpoint <= $1
        order by h.checkpoint desc
        limit 1
        """;

    /// <summary>All checkpoints, one after another, and the tree of the last one above its buckets.</summary>
    /// <returns>The members that the last one states.</returns>
    public async Task<long> Checkpoints()
    {
        Checkpoint? last = null;
        Signature? signed = null;
        await foreach (var row in snapshot.Read(All))
        {
            findings.Looked(Check.Checkpoints);
            var checkpoint = Read(row);
            var hash = Hash(row, 7);
            if (checkpoint.Hash() != hash)
            {
                Found(checkpoint.Number, "does not have the hash of what it says");
            }
            if (
                checkpoint.Number != (last?.Number ?? 0) + 1
                || checkpoint.PreviousHash != (last?.Hash() ?? default)
            )
            {
                Found(checkpoint.Number, $"does not follow checkpoint {last?.Number ?? 0}");
            }
            last = checkpoint;
            if (!row.IsDBNull(8))
            {
                signed = new(
                    checkpoint,
                    row.GetString(8),
                    row.GetFieldValue<byte[]>(9),
                    row.IsDBNull(10) ? [] : row.GetFieldValue<byte[]>(10)
                );
            }
        }
        // Each states the hash of the one before, so the last signature is one of all.
        if (signed is not null)
        {
            CheckSignature(signed);
        }
        if (last is not null)
        {
            await CheckTree(last);
        }
        return last?.Members ?? 0;
    }

    /// <summary>The heads of some buckets: what the tree holds of them, and what the ledger does.</summary>
    public async Task Buckets(int from, int to)
    {
        if (await LastNumber() is not (> 0 and var last))
        {
            return;
        }
        var nodes = new Dictionary<int, Hash32>();
        await foreach (var row in snapshot.Read(BucketNodes, last, from, to))
        {
            nodes.Add(row.GetInt32(0), Hash(row, 1));
        }
        var leaves = new Dictionary<int, List<Hash32>>();
        await foreach (var row in snapshot.Read(Heads, last, from, to))
        {
            CheckHead(row, last);
            var bucket = row.GetInt32(0);
            if (!leaves.TryGetValue(bucket, out var ofBucket))
            {
                leaves.Add(bucket, ofBucket = []);
            }
            ofBucket.Add(LedgerTree.Leaf(row.GetGuid(1), row.GetInt64(2), Hash(row, 3)));
        }
        foreach (var bucket in nodes.Keys.Union(leaves.Keys))
        {
            var hash = LedgerTree.Bucket(leaves.GetValueOrDefault(bucket, []));
            if (nodes.GetValueOrDefault(bucket, LedgerTree.EmptyBucket) != hash)
            {
                Found(
                    last,
                    $"the heads of bucket {bucket.ToString(CultureInfo.InvariantCulture)} are not those of its tree"
                );
            }
        }
    }

    /// <summary>One member's head.</summary>
    public async Task Member(Guid memberId)
    {
        if (await LastNumber() is > 0 and var last)
        {
            await foreach (var row in snapshot.Read(Head, last, memberId))
            {
                CheckHead(row, last);
            }
        }
    }

    private async Task<long> LastNumber()
    {
        var number = 0L;
        await foreach (var row in snapshot.Read(Last))
        {
            number = row.GetInt64(0);
        }
        return number;
    }

    private void CheckHead(NpgsqlDataReader row, long checkpoint)
    {
        findings.Looked(Check.Heads);
        if (row.IsDBNull(4) || Hash(row, 3) != Hash(row, 4))
        {
            findings.Add(
                Check.Heads,
                $"member {row.GetGuid(1)}",
                row.IsDBNull(4)
                    ? $"entry {row.GetInt64(2)}, which checkpoint {checkpoint} states, is gone"
                    : $"entry {row.GetInt64(2)} is not the one that checkpoint {checkpoint} states: it, or one before it, was rewritten"
            );
        }
    }

    private void CheckSignature(Signature signed)
    {
        if (
            SigningKey.IdOf(signed.PublicKey) != signed.KeyId
            || !SigningKey.Made(signed.PublicKey, signed.Checkpoint.Statement(), signed.Bytes)
        )
        {
            Found(signed.Checkpoint.Number, $"key {signed.KeyId} did not sign what it says");
        }
        else if (trustedKeys?.Contains(signed.KeyId) == false)
        {
            Found(
                signed.Checkpoint.Number,
                $"is signed by key {signed.KeyId}, which is not one of the trusted keys"
            );
        }
    }

    private async Task CheckTree(Checkpoint last)
    {
        var buckets = new Hash32[LedgerTree.Buckets];
        var groups = new Hash32[LedgerTree.Fanout];
        Array.Fill(buckets, LedgerTree.EmptyBucket);
        Array.Fill(groups, LedgerTree.EmptyGroup);
        var members = 0L;
        await foreach (var row in snapshot.Read(Nodes, last.Number))
        {
            if (row.GetInt16(0) == LedgerTree.BucketLevel)
            {
                buckets[row.GetInt32(1)] = Hash(row, 2);
                members += row.GetInt64(3);
            }
            else
            {
                groups[row.GetInt32(1)] = Hash(row, 2);
            }
        }
        for (var group = 0; group < LedgerTree.Fanout; group++)
        {
            var first = group * LedgerTree.Fanout;
            if (LedgerTree.Group(buckets[first..(first + LedgerTree.Fanout)]) != groups[group])
            {
                Found(last.Number, $"the buckets of group {group} are not those of its tree");
            }
        }
        if (LedgerTree.Root(groups) != last.Root || members != last.Members)
        {
            Found(last.Number, "its root and its members are not those of its tree");
        }
    }

    private void Found(long number, string why) =>
        findings.Add(Check.Checkpoints, $"checkpoint {number}", why);

    private static Checkpoint Read(NpgsqlDataReader row) =>
        new()
        {
            Number = row.GetInt64(0),
            PreviousHash = Hash(row, 1),
            Root = Hash(row, 2),
            Members = row.GetInt64(3),
            From = row.GetFieldValue<DateTimeOffset>(4),
            To = row.GetFieldValue<DateTimeOffset>(5),
            Horizon = ulong.Parse(row.GetString(6), CultureInfo.InvariantCulture),
        };

    private static Hash32 Hash(NpgsqlDataReader row, int column) =>
        Hash32.FromBytes(row.GetFieldValue<byte[]>(column));

    private sealed record Signature(
        Checkpoint Checkpoint,
        string KeyId,
        byte[] Bytes,
        byte[] PublicKey
    );
}
