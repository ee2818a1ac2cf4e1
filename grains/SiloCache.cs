using Microsoft.Extensions.Logging;

namespace PointsMall.Grains;

/// <summary>
/// What a silo keeps at hand of a grain's document, so that its grains need no call. The first value is read from the document itself before
/// the silo joins the cluster: earlier than that no call can reach a grain here, and the document's own grain cannot be asked yet. From then
/// on the grain is asked every second; while it cannot be reached, the last value stays.
/// </summary>
/// <param name="what">What the log calls it.</param>
/// <param name="clock">The silo's.</param>
/// <param name="logger">The cache's.</param>
public abstract partial class SiloCache(string what, TimeProvider clock, ILogger logger)
    : ILifecycleParticipant<ISiloLifecycle>,
        IDisposable
{
    /// <summary>With the time that a call takes, a change is in force everywhere within 2 s.</summary>
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(1);

    /// <summary>After the storage provider has started (ApplicationServices), before the silo becomes active.</summary>
    private const int FirstValueStage = ServiceLifecycleStage.ApplicationServices + 100;

    private readonly CancellationTokenSource _stopping = new();
    private Task _refreshing = Task.CompletedTask;
    private bool _unreachable;

    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(GetType().Name, FirstValueStage, ReadFirst);
        lifecycle.Subscribe(
            GetType().Name,
            ServiceLifecycleStage.Active,
            _ =>
            {
                _refreshing = RefreshAgainAndAgain();
                return Task.CompletedTask;
            },
            async _ =>
            {
                await _stopping.CancelAsync();
                await _refreshing;
            }
        );
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads the document from storage.</summary>
    protected abstract Task ReadFirst(CancellationToken cancellation);

    /// <summary>Asks the grain, and takes over what is newer.</summary>
    protected abstract Task Refresh(CancellationToken cancellation);

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stopping.Dispose();
        }
    }

    private async Task RefreshAgainAndAgain()
    {
        using var timer = new PeriodicTimer(RefreshEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await RefreshOnce();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task RefreshOnce()
    {
        try
        {
            await Refresh(_stopping.Token);
            if (_unreachable)
            {
                _unreachable = false;
                LogReachable(logger, what);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (!_unreachable)
            {
                _unreachable = true;
                LogUnreachable(logger, exception, what);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The {What} cannot be read now; the last ones stay in force"
    )]
    private static partial void LogUnreachable(ILogger logger, Exception exception, string what);

    [LoggerMessage(Level = LogLevel.Information, Message = "The {What} can be read again")]
    private static partial void LogReachable(ILogger logger, string what);
}
