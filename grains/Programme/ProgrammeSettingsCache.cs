using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace PointsMall.Grains.Programme;

/// <summary>The settings in force, with what is derived from them.</summary>
/// <param name="Settings">As the grain keeps them.</param>
/// <param name="Calendar">Days, weeks and months of the settings' zone.</param>
public sealed record ProgrammeInForce(ProgrammeSettings Settings, Calendar Calendar);

/// <summary>
/// The settings for every grain of this silo, without a call. The first value is read from the document itself before the silo joins the
/// cluster: earlier than that no call can reach a grain here, and the settings' own grain cannot be asked yet. From then on the grain is
/// asked every second; while it cannot be reached, the last value stays.
/// </summary>
public sealed partial class ProgrammeSettingsCache(
    [FromKeyedServices(ProgrammeState.Provider)] IGrainStorage storage,
    IGrainFactory grains,
    TimeProvider clock,
    ILogger<ProgrammeSettingsCache> logger
) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>With the time that a call takes, a change is in force everywhere within 2 s.</summary>
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(1);

    /// <summary>After the storage provider has started (ApplicationServices), before the silo becomes active.</summary>
    private const int FirstValueStage = ServiceLifecycleStage.ApplicationServices + 100;

    private readonly CancellationTokenSource _stopping = new();
    private ProgrammeInForce? _current;
    private Task _refreshing = Task.CompletedTask;
    private bool _unreachable;

    /// <summary>The settings in force.</summary>
    public ProgrammeInForce Current =>
        Volatile.Read(ref _current)
        ?? throw new InvalidOperationException("The silo has not read the settings yet");

    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(nameof(ProgrammeSettingsCache), FirstValueStage, ReadFirst);
        lifecycle.Subscribe(
            nameof(ProgrammeSettingsCache),
            ServiceLifecycleStage.Active,
            _ =>
            {
                _refreshing = Refresh();
                return Task.CompletedTask;
            },
            async _ =>
            {
                await _stopping.CancelAsync();
                await _refreshing;
            }
        );
    }

    public void Dispose() => _stopping.Dispose();

    private async Task ReadFirst(CancellationToken cancellation)
    {
        var document = new GrainState<ProgrammeState>(new ProgrammeState());
        await storage.ReadStateAsync(
            ProgrammeState.Name,
            ProgrammeGrain.Id,
            document,
            cancellation
        );
        var settings = (document.State ?? new ProgrammeState()).Settings;
        var zone =
            ProgrammeRules.Zone(settings.Zone)
            ?? throw new InvalidOperationException(
                $"The programme's zone {settings.Zone} is not in this build's time zone data"
            );
        Volatile.Write(ref _current, new ProgrammeInForce(settings, new Calendar(zone)));
    }

    private async Task Refresh()
    {
        var grain = grains.GetGrain<IProgrammeGrain>(0);
        using var timer = new PeriodicTimer(RefreshEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await RefreshOnce(grain);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task RefreshOnce(IProgrammeGrain grain)
    {
        try
        {
            var settings = await grain.Get().WaitAsync(_stopping.Token);
            if (_unreachable)
            {
                _unreachable = false;
                LogReachable(logger);
            }
            // An activation left over from a lost silo may still answer with what was; settings never go back.
            if (settings.Version > Current.Settings.Version)
            {
                Replace(settings);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (!_unreachable)
            {
                _unreachable = true;
                LogUnreachable(logger, exception);
            }
        }
    }

    private void Replace(ProgrammeSettings settings)
    {
        if (ProgrammeRules.Zone(settings.Zone) is not { } zone)
        {
            // A silo of a newer build accepted it. Days counted in a wrong zone would be worse than late settings.
            LogUnknownZone(logger, settings.Version);
            return;
        }
        Volatile.Write(ref _current, new ProgrammeInForce(settings, new Calendar(zone)));
        LogReplaced(logger, settings.Version);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Programme settings version {Version} are in force in this silo"
    )]
    private static partial void LogReplaced(ILogger logger, long version);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The programme's settings cannot be read now; the last ones stay in force"
    )]
    private static partial void LogUnreachable(ILogger logger, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The programme's settings can be read again"
    )]
    private static partial void LogReachable(ILogger logger);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The zone of programme settings version {Version} is not in this build's time zone data; the last settings stay in force"
    )]
    private static partial void LogUnknownZone(ILogger logger, long version);
}
