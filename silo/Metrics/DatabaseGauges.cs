using System.Diagnostics.Metrics;
using Npgsql;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Silo.Metrics;

/// <summary>
/// Shows <see cref="DatabaseReading"/> as metrics. Every silo asks: one that dies takes nothing from sight, and whoever sums over silos
/// takes the maximum. When the database has not answered for a minute the series end, so that no old value looks like a present one.
/// </summary>
internal sealed partial class DatabaseGauges : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(1);

    private readonly Meter _meter = new(MallMeter.Name);
    private readonly DatabaseStatistics _statistics;
    private readonly TimeProvider _clock;
    private readonly ILogger<DatabaseGauges> _logger;
    private Reading? _last;
    private string? _trouble;

    public DatabaseGauges(
        DatabaseStatistics statistics,
        TimeProvider clock,
        ILogger<DatabaseGauges> logger
    )
    {
        _statistics = statistics;
        _clock = clock;
        _logger = logger;
        Gauge("database.size", "By", "The database's files", r => r.SizeBytes);
        Gauge("database.connections", "{connection}", "Connections", r => r.Connections);
        Gauge(
            "database.connections_limit",
            "{connection}",
            "Most connections of ordinary roles",
            r => r.ConnectionsLimit
        );
        Gauge(
            "database.lock_wait",
            "s",
            "How long the session has waited that waits longest for a lock",
            r => r.LongestLockWait
        );
        Gauge(
            "database.oldest_transaction",
            "s",
            "Age of the oldest open transaction of a client; what it may see is not cleaned up",
            r => r.OldestTransaction
        );
        Gauge("database.standbys", "{standby}", "Standbys that stream", r => r.Standbys);
        Gauge(
            "database.replication_lag",
            "By",
            "Log that the slowest standby has not replayed",
            r => r.ReplicationLagBytes
        );
        Gauge(
            "database.replication_delay",
            "s",
            "How long the slowest standby took for what it replayed last",
            r => r.ReplicationLag
        );
        Counter("database.wal_written", "By", "Write-ahead log written", r => r.WalWritten);
        Gauge("database.wal_size", "By", "The write-ahead log's files", r => r.WalBytes);
        Counter(
            "database.archive_failures",
            "{file}",
            "Attempts to archive a file of the log that failed",
            r => r.ArchiveFailures
        );
        Gauge(
            "outbox.horizon_age",
            "s",
            "Age of the oldest transaction that has written: readers of the outbox see nothing newer",
            r => r.OldestWriter
        );
        Gauge(
            "outbox.oldest_event_age",
            "s",
            "Age of the oldest event that is kept in the outbox",
            r => r.OldestEvent
        );
        Gauge(
            "sweep.lag",
            "s",
            "How long ago the oldest change of an account fell due that no sweep has written yet",
            r => r.SweepLag
        );
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        do
        {
            await Read(stoppingToken);
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Read(CancellationToken stopping)
    {
        try
        {
            var values = await _statistics.Read(stopping);
            _last = new Reading(values, _clock.GetTimestamp());
            Report(values.Standbys is null ? "its owner is not a member of pg_monitor" : null);
        }
        // Whatever it is: an exception that leaves here ends the host, and no metric is worth a silo.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Report((exception as PostgresException)?.SqlState ?? exception.GetType().Name);
        }
    }

    /// <summary>Once, not every time.</summary>
    private void Report(string? trouble)
    {
        if (trouble is not null && trouble != _trouble)
        {
            LogIncomplete(_logger, trouble);
        }
        _trouble = trouble;
    }

    private void Gauge(
        string name,
        string unit,
        string description,
        Func<DatabaseReading, double?> value
    ) =>
        _meter.CreateObservableGauge<double>(
            "pointsmall." + name,
            () => Observe(value),
            unit,
            description
        );

    private void Counter(
        string name,
        string unit,
        string description,
        Func<DatabaseReading, double?> value
    ) =>
        _meter.CreateObservableCounter<double>(
            "pointsmall." + name,
            () => Observe(value),
            unit,
            description
        );

    private Measurement<double>[] Observe(Func<DatabaseReading, double?> value) =>
        _last is { } last
        && _clock.GetElapsedTime(last.At) < FreshFor
        && value(last.Values) is { } number
            ? [new Measurement<double>(number)]
            : [];

    private sealed record Reading(DatabaseReading Values, long At);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Metrics of the database are missing: {Trouble}"
    )]
    private static partial void LogIncomplete(ILogger logger, string trouble);
}
