using Microsoft.Extensions.Logging;
using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Commits;

/// <summary>
/// Ends the backends of silos that were declared dead. A half-sent batch keeps its row locks until its backend ends, and no time-out of
/// PostgreSQL 15 ends one that waits for the rest of a message.
/// </summary>
public sealed partial class DeadSiloReaper(
    ISiloStatusOracle membership,
    MallDatabase database,
    TimeProvider clock,
    ILogger<DeadSiloReaper> logger
) : ILifecycleParticipant<ISiloLifecycle>, ISiloStatusListener
{
    private const string Terminate = """
        select count(pg_terminate_backend(pid))
        from pg_stat_activity
        where starts_with(application_name, $1)
            and usename = current_user
        """;

    private const int MaxTries = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private volatile bool _stopping;

    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(
            nameof(DeadSiloReaper),
            ServiceLifecycleStage.BecomeActive,
            _ =>
            {
                membership.SubscribeToSiloStatusEvents(this);
                // A silo that comes back on its port has voted its predecessor dead before it listened.
                foreach (var (silo, status) in membership.GetApproximateSiloStatuses())
                {
                    SiloStatusChangeNotification(silo, status);
                }
                return Task.CompletedTask;
            },
            _ =>
            {
                _stopping = true;
                membership.UnSubscribeFromSiloStatusEvents(this);
                return Task.CompletedTask;
            }
        );
    }

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead && !updatedSilo.Equals(membership.SiloAddress))
        {
            _ = End(SiloGeneration.Of(updatedSilo));
        }
    }

    private async Task End(string generation)
    {
        for (var attempt = 0; attempt < MaxTries && !_stopping; attempt++)
        {
            try
            {
                await using var command = database.Settling.CreateCommand(Terminate);
                command.Parameters.Add(new() { Value = $"mall/{generation}/" });
                var ended = (long)(await command.ExecuteScalarAsync())!;
                LogEnded(logger, generation, ended);
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                LogRetry(logger, generation, exception.GetType().Name);
                await Task.Delay(Pause, clock);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Silo {Generation} is dead: ended {Backends} of its backends"
    )]
    private static partial void LogEnded(ILogger logger, string generation, long backends);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Backends of dead silo {Generation} not ended yet: {Error}"
    )]
    private static partial void LogRetry(ILogger logger, string generation, string error);
}
