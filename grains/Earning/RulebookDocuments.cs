using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace PointsMall.Grains.Earning;

/// <summary>The rulebook's documents in storage. A version's is written once and is the same for ever.</summary>
public sealed class RulebookDocuments(
    [FromKeyedServices(ProgrammeState.Provider)] IGrainStorage storage
)
{
    public async Task<RulebookIndex> ReadIndex(CancellationToken cancellation)
    {
        var document = new GrainState<RulebookState>(new RulebookState());
        await storage.ReadStateAsync(RulebookState.Name, RulebookGrain.Id, document, cancellation);
        return (document.State ?? new RulebookState()).Index;
    }

    /// <summary>The version's document, or null when there is none.</summary>
    public async Task<string?> Read(long version, CancellationToken cancellation)
    {
        var document = await ReadState(version, cancellation);
        return document.RecordExists ? document.State?.Document : null;
    }

    /// <summary>Writes a version's document unless there is one already.</summary>
    /// <returns>False when there is another one.</returns>
    public async Task<bool> TryWrite(long version, string text)
    {
        var document = await ReadState(version, CancellationToken.None);
        if (document.RecordExists)
        {
            return document.State?.Document == text;
        }
        document.State = new RulebookVersionState { Document = text };
        await storage.WriteStateAsync(RulebookVersionState.Name, KeyOf(version), document);
        return true;
    }

    private async Task<GrainState<RulebookVersionState>> ReadState(
        long version,
        CancellationToken cancellation
    )
    {
        var document = new GrainState<RulebookVersionState>(new RulebookVersionState());
        await storage.ReadStateAsync(
            RulebookVersionState.Name,
            KeyOf(version),
            document,
            cancellation
        );
        return document;
    }

    private static GrainId KeyOf(long version) =>
        GrainId.Create(
            GrainType.Create(RulebookGrain.TypeName),
            GrainIdKeyExtensions.CreateIntegerKey(version)
        );
}
