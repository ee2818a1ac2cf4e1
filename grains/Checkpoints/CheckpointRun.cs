using Npgsql;
using PointsMall.Grains.Members;

namespace PointsMall.Grains.Checkpoints;

/// <summary>
/// One checkpoint in the making, in transactions of at most 5 s with pauses between them: what a sale needs, it gets. First the heads that
/// have moved since the last one, and with each the totals of the entries between; then the tree above them; then the checkpoint itself.
/// </summary>
internal sealed class CheckpointRun
{
    private const long FirstBlocks = 256;
    private const long LeastBlocks = 8;
    private const int BucketsAtOnce = 1_024;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    /// <summary>Of four seconds one is worked.</summary>
    private const int Pause = 3;

    private const string Start = """
        select
            coalesce(c.number, 0), c.hash, ledger_horizon()::text, clock_timestamp(),
            pg_snapshot_xmin(pg_current_snapshot())::text
        from (values (0)) always
        left join (select * from ledger_checkpoint order by number desc limit 1) c on true
        """;

    private const string Blocks = """
        select pg_relation_size('mall.member_account') / current_setting('block_size')::integer + 1
        """;

    /// <summary>
    /// A head moves only when the ledger still holds the one before: who rewrites entries can't have the next checkpoint state it. Totals
    /// are counted in the statement that moves the head, so that no entry is ever counted twice or left out.
    /// </summary>
    private const string Take = """
        with moved as materialized (
            select
                a.member_id, a.sequence, a.head_hash, coalesce(h.sequence, 0) as was,
                h.sequence is null or (
                    a.sequence > h.sequence
                    and exists (
                        select from ledger_entry e
                        where e.member_id = a.member_id
                            and e.sequence = h.sequence
                            and e.hash = h.hash
                    )
                ) as follows
            from accounts_since($2::text::xid8, $3, $4) a
            left join lateral newest_head(a.member_id) h on true
            where a.sequence > 0
                and (h.sequence, h.hash) is distinct from (a.sequence, a.head_hash)
        ),
        stated as (
            insert into ledger_head (member_id, checkpoint, sequence, hash)
            select member_id, $1, sequence, head_hash
            from moved
            where follows
            on conflict (bucket, member_id, checkpoint) do update
            set sequence = excluded.sequence,
                hash = excluded.hash
        ),
        counted as (
            insert into ledger_total as t (span, at, account, contra, type, points, entries)
            select span, date_trunc(span, e.occurred_at, 'UTC'), e.account, e.contra, e.type, sum(e.points), count(*)
            from moved m
            cross join lateral (
                select occurred_at, account, contra, type, points
                from ledger_entry
                where member_id = m.member_id
                    and sequence > m.was
                    and sequence <= m.sequence
                offset 0 -- by key, whatever the statistics say
            ) e
            cross join (values ('minute'), ('day')) spans (span)
            where m.follows
            group by 1, 2, 3, 4, 5
            on conflict (span, at, account, contra, type) do update
            set points = t.points + excluded.points,
                entries = t.entries + excluded.entries
        )
        select count(*) filter (where follows), count(*) filter (where not follows)
        from moved
        """;

    private const string Changed = """
        select distinct bucket from ledger_head where checkpoint = $1 order by bucket
        """;

    private const string BuildBuckets = """
        with gone as (
            delete from ledger_head h
            where h.bucket = any($2)
                and exists (
                    select from ledger_head n
                    where n.bucket = h.bucket
                        and n.member_id = h.member_id
                        and n.checkpoint > h.checkpoint
                        and n.checkpoint < $1
                )
        ),
        newest as (
            select distinct on (bucket, member_id) bucket, member_id, ledger_leaf_hash(member_id, sequence, hash) as leaf
            from ledger_head
            where bucket = any($2)
            order by bucket, member_id, checkpoint desc
        )
        insert into ledger_node (level, number, checkpoint, hash, members)
        select 2, bucket, $1, ledger_node_hash(1, string_agg(leaf, '' order by member_id)), count(*)
        from newest
        group by bucket
        on conflict (level, number, checkpoint) do update
        set hash = excluded.hash,
            members = excluded.members
        """;

    private const string BuildGroups = """
        insert into ledger_node (level, number, checkpoint, hash, members)
        select
            1, g.number, $1,
            ledger_node_hash(2, string_agg(coalesce(n.hash, ledger_node_hash(1, null)), '' order by child.number)),
            coalesce(sum(n.members), 0)
        from unnest($2::integer[]) g (number)
        cross join lateral generate_series(g.number * 256, g.number * 256 + 255) child (number)
        left join lateral (
            select hash, members from ledger_node
            where level = 2 and ledger_node.number = child.number
            order by checkpoint desc
            limit 1
        ) n on true
        group by g.number
        on conflict (level, number, checkpoint) do update
        set hash = excluded.hash,
            members = excluded.members
        """;

    private const string RemoveNodes = """
        delete from ledger_node o
        where (o.level = 2 and o.number = any($2) or o.level = 1 and o.number = any($3))
            and exists (
                select from ledger_node n
                where n.level = o.level
                    and n.number = o.number
                    and n.checkpoint > o.checkpoint
                    and n.checkpoint < $1
            )
        """;

    private const string Root = """
        select
            ledger_node_hash(3, string_agg(coalesce(n.hash, empty.hash), '' order by child.number)),
            coalesce(sum(n.members), 0)::bigint,
            clock_timestamp()
        from generate_series(0, 255) child (number)
        left join lateral (
            select hash, members from ledger_node
            where level = 1 and ledger_node.number = child.number
            order by checkpoint desc
            limit 1
        ) n on true
        cross join (
            select ledger_node_hash(2, string_agg(ledger_node_hash(1, null), '')) as hash
            from generate_series(0, 255)
        ) empty
        """;

    private const string Write = """
        with key as (
            insert into ledger_key (key_id, public_key)
            select $9, $11
            where $9 is not null
            on conflict do nothing
        )
        insert into ledger_checkpoint (number, previous_hash, root, members, from_at, to_at, horizon, hash, key_id, signature)
        values ($1, $2, $3, $4, $5, $6, $7::text::xid8, $8, $9, $10)
        """;

    private readonly NpgsqlConnection _connection;
    private readonly TimeProvider _clock;
    private readonly long _number;
    private readonly Hash32 _previousHash;
    private readonly string _since;
    private readonly DateTimeOffset _from;
    private readonly string _horizon;

    private CheckpointRun(NpgsqlConnection connection, TimeProvider clock, NpgsqlDataReader start)
    {
        _connection = connection;
        _clock = clock;
        _number = start.GetInt64(0) + 1;
        _previousHash = start.IsDBNull(1)
            ? default
            : Hash32.FromBytes(start.GetFieldValue<byte[]>(1));
        _since = start.GetString(2);
        _from = start.GetFieldValue<DateTimeOffset>(3);
        _horizon = start.GetString(4);
    }

    /// <summary>Heads that moved.</summary>
    public long Moved { get; private set; }

    /// <summary>Heads that stay where they were, because the ledger does not hold them any more.</summary>
    public long Broken { get; private set; }

    /// <summary>Without the pauses.</summary>
    public TimeSpan Worked { get; private set; }

    public static async Task<CheckpointRun> Begin(
        NpgsqlConnection connection,
        TimeProvider clock,
        CancellationToken cancelled
    )
    {
        await using var command = new NpgsqlCommand(Start, connection);
        await using var start = await command.ExecuteReaderAsync(cancelled);
        await start.ReadAsync(cancelled);
        return new CheckpointRun(connection, clock, start);
    }

    public async Task TakeHeads(CancellationToken cancelled)
    {
        // After the horizon: what an older transaction wrote is within.
        await using var size = new NpgsqlCommand(Blocks, _connection);
        var end = (long)(await size.ExecuteScalarAsync(cancelled))!;
        var blocks = FirstBlocks;
        for (var block = 0L; block < end; )
        {
            var started = _clock.GetTimestamp();
            try
            {
                await TakeHeads(block, Math.Min(block + blocks, end), cancelled);
                block += blocks;
            }
            catch (PostgresException exception)
                when (exception.SqlState == PostgresErrorCodes.QueryCanceled && blocks > LeastBlocks
                )
            {
                blocks = Math.Max(LeastBlocks, blocks / 4);
            }
            var took = _clock.GetElapsedTime(started);
            blocks =
                took < Short ? blocks * 2
                : took > Long ? Math.Max(LeastBlocks, blocks / 2)
                : blocks;
            await Rest(took, cancelled);
        }
    }

    public async Task BuildTree(CancellationToken cancelled)
    {
        List<int> changed = [];
        await using (var command = Command(Changed, _number))
        await using (var rows = await command.ExecuteReaderAsync(cancelled))
        {
            while (await rows.ReadAsync(cancelled))
            {
                changed.Add(rows.GetInt32(0));
            }
        }
        foreach (var buckets in changed.Chunk(BucketsAtOnce))
        {
            var started = _clock.GetTimestamp();
            await Execute(BuildBuckets, cancelled, _number, buckets);
            var groups = Array
                .ConvertAll(buckets, bucket => bucket / LedgerTree.Fanout)
                .Distinct()
                .ToArray();
            await Execute(BuildGroups, cancelled, _number, groups);
            await Execute(RemoveNodes, cancelled, _number, buckets, groups);
            await Rest(_clock.GetElapsedTime(started), cancelled);
        }
    }

    public async Task<Checkpoint> Finish(SigningKey? key, CancellationToken cancelled)
    {
        Checkpoint checkpoint;
        await using (var command = new NpgsqlCommand(Root, _connection))
        await using (var row = await command.ExecuteReaderAsync(cancelled))
        {
            await row.ReadAsync(cancelled);
            checkpoint = new Checkpoint
            {
                Number = _number,
                PreviousHash = _previousHash,
                Root = Hash32.FromBytes(row.GetFieldValue<byte[]>(0)),
                Members = row.GetInt64(1),
                From = _from,
                To = row.GetFieldValue<DateTimeOffset>(2),
                Horizon = ulong.Parse(_horizon, System.Globalization.CultureInfo.InvariantCulture),
            };
        }
        await using var write = Command(
            Write,
            checkpoint.Number,
            checkpoint.PreviousHash.ToBytes(),
            checkpoint.Root.ToBytes(),
            checkpoint.Members,
            checkpoint.From,
            checkpoint.To,
            _horizon,
            checkpoint.Hash().ToBytes()
        );
        Add(write, NpgsqlTypes.NpgsqlDbType.Text, key?.Id);
        Add(write, NpgsqlTypes.NpgsqlDbType.Bytea, key?.Sign(checkpoint.Statement()));
        Add(write, NpgsqlTypes.NpgsqlDbType.Bytea, key?.PublicKey);
        await write.ExecuteNonQueryAsync(cancelled);
        return checkpoint;
    }

    private async Task TakeHeads(long from, long to, CancellationToken cancelled)
    {
        await using var command = Command(Take, _number, _since, from, to);
        await using var row = await command.ExecuteReaderAsync(cancelled);
        await row.ReadAsync(cancelled);
        Moved += row.GetInt64(0);
        Broken += row.GetInt64(1);
    }

    private Task Rest(TimeSpan took, CancellationToken cancelled)
    {
        Worked += took;
        return Task.Delay(took * Pause, _clock, cancelled);
    }

    private async Task Execute(string sql, CancellationToken cancelled, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(cancelled);
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, _connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }

    private static void Add(NpgsqlCommand command, NpgsqlTypes.NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}
