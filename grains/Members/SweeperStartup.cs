using Microsoft.Extensions.Logging;

namespace PointsMall.Grains.Members;

/// <summary>
/// Has every sweeper register its reminder once the silo is active. No silo fails to start for it: what cannot be done now is tried again.
/// </summary>
internal sealed partial class SweeperStartup(
    IGrainFactory grains,
    TimeProvider clock,
    ILogger<SweeperStartup> logger
) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _starting = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(
            nameof(SweeperStartup),
            ServiceLifecycleStage.Active,
            _ =>
            {
                _starting = StartAll();
                return Task.CompletedTask;
            },
            async _ =>
            {
                await _stopping.CancelAsync();
                await _starting;
            }
        );
    }

    public void Dispose() => _stopping.Dispose();

    private async Task StartAll()
    {
        try
        {
            for (var slice = 0; slice < DueAccounts.Slices; slice++)
            {
                while (!await TryStart(slice))
                {
                    await Task.Delay(RetryAfter, clock, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops; another one starts the rest.
        }
    }

    private async Task<bool> TryStart(int slice)
    {
        try
        {
            await grains.GetGrain<ISweeperGrain>(slice).Start().WaitAsync(_stopping.Token);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotStarted(logger, slice, exception);
            return false;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The sweeper of slice {Slice} could not be started; it is tried again"
    )]
    private static partial void LogNotStarted(ILogger logger, int slice, Exception exception);
}
