using System.Data;
using System.Security.Cryptography;
using Dapper;
using Npgsql;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Ledger;

/// <summary>Reads checkpoints, their keys, and what leads from a member's head to a checkpoint's root.</summary>
internal sealed class CheckpointQueries(NpgsqlDataSource database)
{
    private const char ListId = 'k';
    private const string PublicKeyLabel = "PUBLIC KEY";

    private const string SelectPage = """
        select number, previous_hash, root, members, from_at, to_at, horizon::text::bigint as horizon, hash, key_id, signature
        from mall.ledger_checkpoint
        where (@before::bigint is null or number < @before)
        order by number desc
        limit @rows
        """;

    private const string SelectKeys = """
        select key_id, public_key, first_used_at
        from mall.ledger_key
        order by first_used_at, key_id
        """;

    private const string SelectHead = """
        select sequence, head_hash as hash
        from mall.member_account
        where member_id = @memberId
        """;

    private const string SelectStated = """
        select sequence, hash
        from mall.ledger_head
        where bucket = mall.ledger_bucket(@memberId)
        and member_id = @memberId
        and checkpoint <= @number
        order by checkpoint desc
        limit 1
        """;

    private const string SelectPublicKey = """
        select public_key from mall.ledger_key where key_id = @keyId
        """;

    private const string SelectLeaves = """
        select mall.ledger_leaf_hash(member_id, sequence, hash)
        from (
            select distinct on (member_id) member_id, sequence, hash
            from mall.ledger_head
            where bucket = mall.ledger_bucket(@memberId)
            and checkpoint <= @number
            order by member_id, checkpoint desc
        ) heads
        order by member_id
        """;

    private const string SelectBuckets = """
        select coalesce(n.hash, mall.ledger_node_hash(1, null))
        from generate_series(0, 255) child (number)
        left join lateral (
            select hash
            from mall.ledger_node
            where level = 2
            and ledger_node.number = mall.ledger_bucket(@memberId) / 256 * 256 + child.number
            and checkpoint <= @number
            order by checkpoint desc
            limit 1
        ) n on true
        order by child.number
        """;

    private const string SelectGroups = """
        select coalesce(n.hash, empty.hash)
        from generate_series(0, 255) child (number)
        left join lateral (
            select hash
            from mall.ledger_node
            where level = 1
            and ledger_node.number = child.number
            and checkpoint <= @number
            order by checkpoint desc
            limit 1
        ) n on true
        cross join (
            select mall.ledger_node_hash(2, string_agg(mall.ledger_node_hash(1, null), '')) as hash
            from generate_series(0, 255)
        ) empty
        order by child.number
        """;

    /// <summary>Checkpoints, newest first.</summary>
    public async Task<Page<CheckpointAnswer>> List(Query query, CancellationToken cancelled)
    {
        var limit = query.Limit();
        var cursor = Cursor.Decode(query.Text("cursor", Cursor.MaxCharacters), ListId);
        query.ThrowIfWrong();
        await using var connection = await database.OpenConnectionAsync(cancelled);
        var rows = await Rows<CheckpointRow>(
            connection,
            SelectPage,
            new { before = cursor?.Number, rows = limit + 1 },
            cancelled
        );
        return Page<CheckpointAnswer>.Of(
            rows,
            limit,
            row => row.ToAnswer(),
            row => new Cursor(ListId, Guid.Empty, row.Number)
        );
    }

    public async Task<LedgerKeysAnswer> Keys(CancellationToken cancelled)
    {
        await using var connection = await database.OpenConnectionAsync(cancelled);
        var rows = await Rows<KeyRow>(connection, SelectKeys, null, cancelled);
        return new LedgerKeysAnswer
        {
            Keys =
            [
                .. rows.Select(row => new LedgerKeyAnswer
                {
                    KeyId = row.KeyId,
                    PublicKey = PemEncoding.WriteString(PublicKeyLabel, row.PublicKey),
                    FirstUsedAt = row.FirstUsedAt.ToInstant(),
                }),
            ],
        };
    }

    /// <summary>
    /// The head of a member's ledger, and what the last checkpoint states of it: null when there is none, or the member's first entry came
    /// later. Null for an unknown member.
    /// </summary>
    public async Task<(ProofHead Head, ProofCheckpoint? Checkpoint)?> Prove(
        Guid memberId,
        CancellationToken cancelled
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancelled);
        // One snapshot: a checkpoint that is finished meanwhile belongs to another tree.
        await using var snapshot = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead,
            cancelled
        );
        var head = (
            await Rows<HeadRow>(connection, SelectHead, new { memberId }, cancelled)
        ).SingleOrDefault();
        if (head is null)
        {
            return null;
        }
        var checkpoint = (
            await Rows<CheckpointRow>(
                connection,
                SelectPage,
                new { before = (long?)null, rows = 1 },
                cancelled
            )
        ).SingleOrDefault();
        return (
            new ProofHead
            {
                MemberId = memberId,
                Entries = head.Sequence,
                HeadHash = Convert.ToHexStringLower(head.Hash),
            },
            checkpoint is null ? null : await Prove(connection, memberId, checkpoint, cancelled)
        );
    }

    private static async Task<ProofCheckpoint?> Prove(
        NpgsqlConnection connection,
        Guid memberId,
        CheckpointRow checkpoint,
        CancellationToken cancelled
    )
    {
        var at = new { memberId, number = checkpoint.Number };
        var stated = (
            await Rows<HeadRow>(connection, SelectStated, at, cancelled)
        ).SingleOrDefault();
        if (stated is null)
        {
            return null;
        }
        var key = checkpoint.KeyId is null
            ? null
            : await connection.ExecuteScalarAsync<byte[]?>(
                new CommandDefinition(
                    SelectPublicKey,
                    new { keyId = checkpoint.KeyId },
                    cancellationToken: cancelled
                )
            );
        return new ProofCheckpoint
        {
            Checkpoint = checkpoint.ToAnswer(),
            PublicKey = key is null ? null : PemEncoding.WriteString(PublicKeyLabel, key),
            Sequence = stated.Sequence,
            Leaves = await Hashes(connection, SelectLeaves, at, cancelled),
            Buckets = await Hashes(connection, SelectBuckets, at, cancelled),
            Groups = await Hashes(connection, SelectGroups, at, cancelled),
        };
    }

    private static async Task<IReadOnlyList<string>> Hashes(
        NpgsqlConnection connection,
        string sql,
        object at,
        CancellationToken cancelled
    ) => [.. (await Rows<byte[]>(connection, sql, at, cancelled)).Select(Convert.ToHexStringLower)];

    private static async Task<List<T>> Rows<T>(
        NpgsqlConnection connection,
        string sql,
        object? parameters,
        CancellationToken cancelled
    ) =>
        (
            await connection.QueryAsync<T>(
                new CommandDefinition(sql, parameters, cancellationToken: cancelled)
            )
        ).AsList();

    private sealed class HeadRow
    {
        public long Sequence { get; init; }
        public byte[] Hash { get; init; } = [];
    }

    private sealed class KeyRow
    {
        public string KeyId { get; init; } = "";
        public byte[] PublicKey { get; init; } = [];
        public DateTime FirstUsedAt { get; init; }
    }

    private sealed class CheckpointRow
    {
        public long Number { get; init; }
        public byte[] PreviousHash { get; init; } = [];
        public byte[] Root { get; init; } = [];
        public long Members { get; init; }
        public DateTime FromAt { get; init; }
        public DateTime ToAt { get; init; }
        public long Horizon { get; init; }
        public byte[] Hash { get; init; } = [];
        public string? KeyId { get; init; }
        public byte[]? Signature { get; init; }

        public CheckpointAnswer ToAnswer() =>
            new()
            {
                Number = Number,
                PreviousHash = Convert.ToHexStringLower(PreviousHash),
                Root = Convert.ToHexStringLower(Root),
                Members = Members,
                From = FromAt.ToInstant(),
                To = ToAt.ToInstant(),
                Horizon = Horizon,
                Hash = Convert.ToHexStringLower(Hash),
                KeyId = KeyId,
                Signature = Signature is null ? null : Convert.ToBase64String(Signature),
            };
    }
}
