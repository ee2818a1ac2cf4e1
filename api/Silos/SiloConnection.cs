using System.Diagnostics.CodeAnalysis;

namespace PointsMall.Api.Silos;

/// <summary>
/// Starts the Orleans client in the background: the API listens at once and is not ready, instead of not being there, while no silo and
/// perhaps no database is up.
/// </summary>
internal sealed partial class SiloConnection(SiloClient client, ILogger<SiloConnection> logger)
    : IHostedService,
        IDisposable
{
    private volatile bool _isOpen;

    private readonly CancellationTokenSource _stopping = new();
    private Task _connecting = Task.CompletedTask;

    /// <summary>The client has learned from a silo which grains there are. Before that no grain can be named.</summary>
    public bool IsOpen => _isOpen;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _connecting = Connect();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _connecting;
        _isOpen = false;
        await client.Service.StopAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

    [SuppressMessage(
        "Design",
        "CA1031:Do not catch general exception types",
        Justification = "A client that can't start leaves the API not ready; it must not end the process unseen."
    )]
    private async Task Connect()
    {
        await Task.Yield();
        try
        {
            await client.Service.StartAsync(_stopping.Token);
            _isOpen = true;
            Connected(logger);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Stopped before a silo was there.
        }
        catch (Exception failure)
        {
            CannotConnect(logger, failure);
        }
    }

    [LoggerMessage(LogLevel.Information, "Connected to the silos")]
    private static partial void Connected(ILogger logger);

    [LoggerMessage(LogLevel.Critical, "The connection to the silos can't be started")]
    private static partial void CannotConnect(ILogger logger, Exception failure);
}

/// <summary>The Orleans client as the host would start it.</summary>
internal sealed record SiloClient(IHostedService Service);

/// <summary>Tries for as long as the process runs: that silos or database are not up yet is no reason to give up.</summary>
internal sealed partial class ConnectForEver(ILogger<ConnectForEver> logger, TimeProvider clock)
    : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<bool> ShouldRetryConnectionAttempt(
        Exception exception,
        CancellationToken cancellationToken
    )
    {
        NotYet(logger, exception.GetType().Name);
        await Task.Delay(Pause, clock, cancellationToken);
        return true;
    }

    [LoggerMessage(LogLevel.Information, "No silo can be reached yet: {Failure}")]
    private static partial void NotYet(ILogger logger, string failure);
}
