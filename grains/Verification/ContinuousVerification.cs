using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Verification;

/// <summary>
/// Verifies the books while the mall sells: what has changed at each interval, and everything once a day in the time between. One silo of
/// the cluster does it, and any other goes on from its checkpoint when it is gone.
/// </summary>
internal sealed partial class ContinuousVerification(
    MallDatabase database,
    IGrainFactory grains,
    ProgrammeSettingsCache programme,
    IOptions<VerificationOptions> options,
    TimeProvider clock,
    ILogger<ContinuousVerification> logger
) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>Findings of one run that are logged; all are kept in the table.</summary>
    private const int MostLogged = 20;

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(
            nameof(ContinuousVerification),
            ServiceLifecycleStage.Active,
            _ =>
            {
                _running = Run();
                return Task.CompletedTask;
            },
            async _ =>
            {
                await _stopping.CancelAsync();
                await _running;
            }
        );
    }

    public void Dispose() => _stopping.Dispose();

    private async Task Run()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(options.Value.Interval, clock, _stopping.Token);
                await using var session = await VerificationSession.TryBegin(
                    database,
                    _stopping.Token
                );
                if (session is not null)
                {
                    LogBegun(logger);
                    await Lead(session);
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The silo stops; another one goes on.
            }
            // Whatever it is: without the loop nobody would notice that nothing is verified any more.
            catch (Exception exception)
            {
                LogFailed(logger, exception);
            }
        }
    }

    private async Task Lead(VerificationSession session)
    {
        var recent = new RecentRun(session, options.Value.MembersPerRun);
        var full = new FullRun(session);
        var stops = new SaleStops(session, grains, clock, logger);
        while (true)
        {
            var next = clock.GetUtcNow() + options.Value.Interval;
            Report(await recent.Run());
            await stops.Carry();
            while (clock.GetUtcNow() < next && await full.IsWanted(Due()))
            {
                var started = clock.GetTimestamp();
                var (found, ended) = await full.Step();
                Report(found);
                await stops.Carry();
                if (ended)
                {
                    LogEnded(logger);
                }
                // Half of the time is left to those who sell.
                await Task.Delay(clock.GetElapsedTime(started), clock, _stopping.Token);
            }
            var rest = next - clock.GetUtcNow();
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, clock, _stopping.Token);
        }
    }

    /// <summary>When the last full run was due.</summary>
    private DateTimeOffset Due()
    {
        var now = clock.GetUtcNow();
        var hour = TimeSpan.FromHours(options.Value.FullHour);
        return programme.Current.Calendar.StartOf(LimitWindow.Day, now - hour) + hour;
    }

    private void Report(List<Finding> found)
    {
        var fresh = found.Where(finding => finding.IsNew).ToList();
        foreach (var finding in fresh.Take(MostLogged))
        {
            LogFinding(logger, finding.Check, finding.Row, finding.Why);
        }
        if (fresh.Count > MostLogged)
        {
            LogMore(logger, fresh.Count - MostLogged);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "This silo verifies the books from now on"
    )]
    private static partial void LogBegun(ILogger logger);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Everything was verified; what was found is in verification_finding"
    )]
    private static partial void LogEnded(ILogger logger);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The verification was interrupted; it goes on from its checkpoint"
    )]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "The books are wrong. {Check}: {Row}: {Why}"
    )]
    private static partial void LogFinding(ILogger logger, string check, string row, string why);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "The books are wrong in {Findings} more rows: see verification_finding"
    )]
    private static partial void LogMore(ILogger logger, int findings);
}
