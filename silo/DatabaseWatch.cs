using Microsoft.Extensions.Options;
using Npgsql;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Database;

namespace PointsMall.Silo;

/// <summary>
/// A silo that has lost the database but not its peers would keep its members from the others: it stops itself, and its supervisor
/// starts it again. Also measures the clock against the database's.
/// </summary>
public sealed partial class DatabaseWatch(
    Committer committer,
    MallDatabase database,
    IHostApplicationLifetime lifetime,
    IOptions<SiloSettings> settings,
    TimeProvider clock,
    ILogger<DatabaseWatch> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Decisions carry this silo's time into rows that others read: more than this apart is not ready.</summary>
    public static readonly TimeSpan MaxClockSkew = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _gaveUp = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    /// <summary>Completes when the silo gives up on the database and begins to stop.</summary>
    public Task GaveUp => _gaveUp.Task;

    /// <summary>The database's clock less this silo's; null until it was measured.</summary>
    public TimeSpan? ClockSkew { get; private set; }

    /// <summary>0 after an ordered stop, 3 when the silo gave up on the database.</summary>
    public int ExitCode { get; private set; }

    public bool Answering => committer.SinceLastAnswer < TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await MeasureClock(stoppingToken);
            if (committer.SinceLastAnswer > settings.Value.DatabasePatience)
            {
                LogGaveUp(logger, committer.SinceLastAnswer.TotalSeconds);
                ExitCode = 3;
                _gaveUp.TrySetResult();
                lifetime.StopApplication();
                return;
            }
        }
    }

    private async Task MeasureClock(CancellationToken stopping)
    {
        try
        {
            var before = clock.GetUtcNow();
            await using var command = database.Settling.CreateCommand("select clock_timestamp()");
            var there = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(stopping))!);
            var after = clock.GetUtcNow();
            // Half of a slow round trip is not skew.
            ClockSkew =
                there < before ? there - before
                : there > after ? there - after
                : TimeSpan.Zero;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            LogNoClock(logger, exception.GetType().Name);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "No answer from the database for {Seconds:0} s: this silo stops"
    )]
    private static partial void LogGaveUp(ILogger logger, double seconds);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The database's clock could not be read: {Error}"
    )]
    private static partial void LogNoClock(ILogger logger, string error);
}
