using System.Globalization;
using Npgsql;

namespace PointsMall.LoadTests.Bench.Watching;

/// <summary>What the database writes, from its own statistics. One short query a tick; sizes every ten.</summary>
internal sealed class DatabaseWatch(NpgsqlDataSource owner)
{
    private const string Source = "postgres";
    private const int TicksBetweenSizes = 10;

    private static string Counters(int version) =>
        $"""
            select pg_current_wal_lsn() - '0/0'::pg_lsn, w.wal_fpi, f.flushes, f.took_ms, c.checkpoints, d.xact_commit
            from pg_stat_wal w, ({(version < 18 ? FlushesUntil17 : FlushesFrom18)}) f,
                ({(version < 17 ? CheckpointsUntil16 : CheckpointsFrom17)}) c, pg_stat_database d
            where d.datname = current_database()
            """;

    /// <summary>Version 18 counts flushes of the log with other I/O.</summary>
    private const string FlushesUntil17 =
        "select wal_sync as flushes, wal_sync_time as took_ms from pg_stat_wal";
    private const string FlushesFrom18 =
        "select sum(fsyncs) as flushes, sum(fsync_time) as took_ms from pg_stat_io where object = 'wal'";

    /// <summary>Version 17 has a view of its own for the checkpointer.</summary>
    private const string CheckpointsUntil16 =
        "select checkpoints_timed + checkpoints_req as checkpoints from pg_stat_bgwriter";
    private const string CheckpointsFrom17 =
        "select num_timed + num_requested as checkpoints from pg_stat_checkpointer";

    private const string Sizes = """
        select c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid)
        from pg_class c
        where c.oid = any(array[
            'mall.member_account', 'mall.command', 'mall.ledger_entry', 'mall.redemption_order', 'mall.order_line', 'mall.stock'
        ]::regclass[])
        """;

    private int _tick;
    private double _firstSyncs = double.NaN;
    private double _firstSyncMs;
    private double _syncs;
    private double _syncMs;
    private double _firstCheckpoints;
    private double _checkpoints;

    /// <summary>Mean of the log's flushes so far; null when there was none, or the server does not measure it.</summary>
    public double? MeanFlushMs =>
        _syncs > _firstSyncs && _syncMs > _firstSyncMs
            ? (_syncMs - _firstSyncMs) / (_syncs - _firstSyncs)
            : null;

    /// <summary>Checkpoints begun so far.</summary>
    public double Checkpoints => _checkpoints - _firstCheckpoints;

    public async Task Sample(SeriesBook book, double at)
    {
        try
        {
            await SampleCounters(book, at);
            if (_tick++ % TicksBetweenSizes == 0)
            {
                await SampleSizes(book, at);
            }
        }
        catch (NpgsqlException)
        {
            // A database that is down: a gap in the series shows it.
        }
    }

    private async Task SampleCounters(SeriesBook book, double at)
    {
        await using var connection = await owner.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            Counters(connection.PostgreSqlVersion.Major),
            connection
        );
        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync())
        {
            return;
        }
        double Number(int column) =>
            Convert.ToDouble(row.GetValue(column), CultureInfo.InvariantCulture);
        _syncs = Number(2);
        _syncMs = Number(3);
        _checkpoints = Number(4);
        if (double.IsNaN(_firstSyncs))
        {
            (_firstSyncs, _firstSyncMs, _firstCheckpoints) = (_syncs, _syncMs, _checkpoints);
        }
        book.Rate(Source, "log written", "MB/s", at, Number(0) / 1e6);
        book.Rate(Source, "full pages in the log", "/s", at, Number(1));
        book.Mean(Source, "log flush", "ms", at, _syncMs, _syncs);
        book.Rate(Source, "log flushes", "/s", at, _syncs);
        book.Set(Source, "checkpoints", "", at, Checkpoints);
        book.Rate(Source, "transactions", "/s", at, Number(5));
    }

    private async Task SampleSizes(SeriesBook book, double at)
    {
        await using var command = owner.CreateCommand(Sizes);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            book.Set(Source, $"table {row.GetString(0)}", "MB", at, row.GetInt64(1) / 1e6);
            book.Set(Source, $"indexes of {row.GetString(0)}", "MB", at, row.GetInt64(2) / 1e6);
        }
    }
}
