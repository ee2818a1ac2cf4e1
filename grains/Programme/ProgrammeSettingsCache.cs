using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace PointsMall.Grains.Programme;

/// <summary>The settings in force, with what is derived from them.</summary>
/// <param name="Settings">As the grain keeps them.</param>
/// <param name="Calendar">Days, weeks and months of the settings' zone.</param>
public sealed record ProgrammeInForce(ProgrammeSettings Settings, Calendar Calendar);

/// <summary>The settings for every grain of this silo, without a call.</summary>
public sealed partial class ProgrammeSettingsCache(
    [FromKeyedServices(ProgrammeState.Provider)] IGrainStorage storage,
    IGrainFactory grains,
    TimeProvider clock,
    ILogger<ProgrammeSettingsCache> logger
) : SiloCache("programme's settings", clock, logger)
{
    private ProgrammeInForce? _current;

    /// <summary>The settings in force.</summary>
    public ProgrammeInForce Current =>
        Volatile.Read(ref _current)
        ?? throw new InvalidOperationException("The silo has not read the settings yet");

    protected override async Task ReadFirst(CancellationToken cancellation)
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

    protected override async Task Refresh(CancellationToken cancellation)
    {
        var settings = await grains.GetGrain<IProgrammeGrain>(0).Get().WaitAsync(cancellation);
        // An activation left over from a lost silo may still answer with what was; settings never go back.
        if (settings.Version > Current.Settings.Version)
        {
            Replace(settings);
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
        Level = LogLevel.Error,
        Message = "The zone of programme settings version {Version} is not in this build's time zone data; the last settings stay in force"
    )]
    private static partial void LogUnknownZone(ILogger logger, long version);
}
