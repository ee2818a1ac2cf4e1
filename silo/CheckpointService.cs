using Microsoft.Extensions.Options;
using Npgsql;
using PointsMall.Grains.Checkpoints;

namespace PointsMall.Silo;

/// <summary>
/// Has a checkpoint made whenever the last one is as old as <see cref="CheckpointOptions.Interval"/>. Every silo looks; the first that finds
/// it due makes it.
/// </summary>
public sealed partial class CheckpointService(
    CheckpointMaker maker,
    IOptions<CheckpointOptions> options,
    TimeProvider clock,
    ILogger<CheckpointService> logger
) : BackgroundService
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.Interval;
        using var timer = new PeriodicTimer(interval < LongestLook ? interval : LongestLook, clock);
        var started = clock.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var age = await maker.Age(stoppingToken);
                CheckpointMeter.Age.Record((age ?? clock.GetElapsedTime(started)).TotalSeconds);
                if (!(age < interval))
                {
                    await maker.Make(stoppingToken);
                }
            }
            // Whatever it is: an exception that leaves here ends the host. What is missing shows in the age.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(
                    logger,
                    (exception as PostgresException)?.SqlState ?? exception.GetType().Name
                );
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The checkpoint of the ledger could not be made; it is tried again: {Error}"
    )]
    private static partial void LogFailed(ILogger logger, string error);
}
