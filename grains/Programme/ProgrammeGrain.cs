using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Storage;

namespace PointsMall.Grains.Programme;

/// <summary>
/// Keeps the settings as one document. A single grain that answers one small read a second from each silo: where it lives does not matter,
/// so it is placed at random.
/// </summary>
[GrainType(TypeName), RandomPlacement]
internal sealed partial class ProgrammeGrain(
    [PersistentState(ProgrammeState.Name, ProgrammeState.Provider)]
        IPersistentState<ProgrammeState> document,
    ILogger<ProgrammeGrain> logger
) : Grain, IProgrammeGrain
{
    public const string TypeName = "programme";

    // Apart from the document, which holds the next settings while they are being written: a read that interleaves must not see those.
    private ProgrammeSettings _inForce = new();

    /// <summary>The one programme's grain.</summary>
    public static GrainId Id { get; } =
        GrainId.Create(GrainType.Create(TypeName), GrainIdKeyExtensions.CreateIntegerKey(0));

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _inForce = document.State.Settings;
        return Task.CompletedTask;
    }

    public Task<ProgrammeSettings> Get() => Task.FromResult(_inForce);

    public async Task<ProgrammeResult> Set(ProgrammeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var decision = ProgrammeRules.Decide(_inForce, settings);
        if (decision.Next is { } next)
        {
            if (await Write(next) is { } refusal)
            {
                return Answer(refusal);
            }
            _inForce = next;
        }
        return Answer(decision.Refusal) with
        {
            Conflict = decision.Change == ProgrammeChange.Conflict,
        };
    }

    /// <summary>
    /// After a failed write the document in memory is one that may not be stored. The activation ends, so that the next one reads what is.
    /// </summary>
    private async Task<Refusal?> Write(ProgrammeSettings next)
    {
        document.State = new ProgrammeState { Settings = next };
        try
        {
            await document.WriteStateAsync();
            return null;
        }
        catch (InconsistentStateException exception)
        {
            LogFenced(logger, exception);
            DeactivateOnIdle();
            return Refusal.Of(RefusalCode.NotRun);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogUnknown(logger, exception);
            DeactivateOnIdle();
            return Refusal.Of(RefusalCode.OutcomeUnknown);
        }
    }

    private ProgrammeResult Answer(Refusal? refusal) =>
        new() { Refusal = refusal, Settings = _inForce };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Another activation has changed the programme's settings; this one ends"
    )]
    private static partial void LogFenced(ILogger logger, Exception exception);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Whether the programme's settings were stored is not known; the next activation reads them"
    )]
    private static partial void LogUnknown(ILogger logger, Exception exception);
}
