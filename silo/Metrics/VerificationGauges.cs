using System.Diagnostics.Metrics;
using PointsMall.Grains.Database;
using PointsMall.Grains.Diagnostics;
using PointsMall.Grains.Verification;

namespace PointsMall.Silo.Metrics;

/// <summary>
/// Shows <see cref="VerificationStatus"/> as metrics. Every silo asks, so that the figures do not go with the silo that verifies; whoever sums
/// over silos takes the maximum.
/// </summary>
internal sealed partial class VerificationGauges : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(1);
    private static readonly KeyValuePair<string, object?> Recent = new("run", "recent");
    private static readonly KeyValuePair<string, object?> Full = new("run", "full");

    private readonly Meter _meter = new(MallMeter.Name);
    private readonly MallDatabase _database;
    private readonly TimeProvider _clock;
    private readonly ILogger<VerificationGauges> _logger;
    private (VerificationStatus Status, long At)? _last;

    public VerificationGauges(
        MallDatabase database,
        TimeProvider clock,
        ILogger<VerificationGauges> logger
    )
    {
        _database = database;
        _clock = clock;
        _logger = logger;
        _meter.CreateObservableGauge(
            "pointsmall.verify.violations",
            () =>
                Observe(status =>
                    status.Violations.Select(open => new Measurement<long>(
                        open.Value,
                        new KeyValuePair<string, object?>("check", open.Key)
                    ))
                ),
            "{violation}",
            "Open findings by check"
        );
        _meter.CreateObservableGauge(
            "pointsmall.verify.stopped_skus",
            () => Observe<long>(status => [new(status.StoppedSkus)]),
            "{sku}",
            "SKUs whose sale is stopped"
        );
        _meter.CreateObservableGauge(
            "pointsmall.verify.lag",
            () => Observe<double>(status => [new(status.Lag)]),
            "s",
            "Age of the oldest commit that is not checked yet"
        );
        _meter.CreateObservableGauge(
            "pointsmall.verify.age",
            () =>
                Observe<double>(status =>
                    [new(status.RecentAge, Recent), new(status.FullAge, Full)]
                ),
            "s",
            "Since the last run ended"
        );
        _meter.CreateObservableGauge(
            "pointsmall.verify.duration",
            () =>
                Observe<double>(status =>
                    [new(status.RecentSeconds, Recent), new(status.FullSeconds, Full)]
                ),
            "s",
            "What the last run took, without its pauses"
        );
        _meter.CreateObservableCounter(
            "pointsmall.verify.rows",
            () =>
                Observe<long>(status =>
                    [new(status.RecentRows, Recent), new(status.FullRows, Full)]
                ),
            "{row}",
            "Rows that were checked"
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
            try
            {
                _last = (
                    await VerificationStatus.Read(_database, stoppingToken),
                    _clock.GetTimestamp()
                );
            }
            // Whatever it is: an exception that leaves here ends the host, and no metric is worth a silo.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotRead(_logger, exception.GetType().Name);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private IEnumerable<Measurement<T>> Observe<T>(
        Func<VerificationStatus, IEnumerable<Measurement<T>>> values
    )
        where T : struct =>
        _last is var (status, at) && _clock.GetElapsedTime(at) < FreshFor ? values(status) : [];

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Metrics of the verification are missing: {Error}"
    )]
    private static partial void LogNotRead(ILogger logger, string error);
}
