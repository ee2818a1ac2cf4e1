using Microsoft.Extensions.Logging;
using Orleans.Placement;

namespace PointsMall.Grains.Programme;

/// <summary>
/// Keeps the settings as one document. A single grain that answers one small read a second from each silo: where it lives does not matter,
/// so it is placed at random.
/// </summary>
[GrainType(TypeName), RandomPlacement]
internal sealed class ProgrammeGrain(
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
            if (
                await document.Write(
                    new ProgrammeState { Settings = next },
                    "programme's settings",
                    logger
                ) is
                { } refusal
            )
            {
                DeactivateOnIdle();
                return Answer(refusal);
            }
            _inForce = next;
        }
        return Answer(decision.Refusal) with
        {
            Conflict = decision.Change == ProgrammeChange.Conflict,
        };
    }

    private ProgrammeResult Answer(Refusal? refusal) =>
        new() { Refusal = refusal, Settings = _inForce };
}
