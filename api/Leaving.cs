using Microsoft.Extensions.Options;

namespace PointsMall.Api;

/// <summary>
/// A process that was told to stop first goes on serving for <see cref="EdgeOptions.LeaveTime"/>: not ready, and closing each connection with
/// its next answer, so that balancers have turned to the others when the server takes no more and finishes what runs.
/// </summary>
internal sealed class Leaving(
    IOptions<EdgeOptions> edge,
    IHostApplicationLifetime lifetime,
    TimeProvider clock
) : IHostedLifecycleService
{
    private volatile bool _told;
    private int _stops;

    /// <summary>Callers should go elsewhere.</summary>
    public bool HasBegun => _told || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Comes before anything is stopped.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // A host that is stopped and then disposed stops twice; nobody is to be waited for any more.
        if (Interlocked.Exchange(ref _stops, 1) == 1)
        {
            return;
        }
        _told = true;
        try
        {
            await Task.Delay(edge.Value.LeaveTime, clock, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
