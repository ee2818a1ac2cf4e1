using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using PointsMall.Grains.Members;

namespace PointsMall.Grains.Earning;

/// <summary>
/// Keeps the rulebook. The list of versions is one small document that is written last: a version is published when it is in the list, and
/// a document whose publication failed between the two is never read. A single grain that answers one small question a second from each silo:
/// where it lives does not matter, so it is placed at random.
/// </summary>
[GrainType(TypeName), RandomPlacement]
internal sealed partial class RulebookGrain(
    [PersistentState(RulebookState.Name, ProgrammeState.Provider)]
        IPersistentState<RulebookState> list,
    [PersistentState(RulebookDraftState.Name, ProgrammeState.Provider)]
        IPersistentState<RulebookDraftState> drafts,
    RulebookDocuments documents,
    TimeProvider clock,
    ILogger<RulebookGrain> logger
) : Grain, IRulebookGrain
{
    public const string TypeName = "rulebook";

    /// <summary>Numbers that failed publications have used up are stepped over, so many at a time.</summary>
    private const int MaxSkipped = 16;

    // Apart from the documents, which hold the next ones while they are being written: a read that interleaves must not see those.
    private RulebookIndex _index = new RulebookState().Index;
    private RulebookDraft _draft = new RulebookDraftState().Draft;

    /// <summary>The one rulebook's grain.</summary>
    public static GrainId Id { get; } =
        GrainId.Create(GrainType.Create(TypeName), GrainIdKeyExtensions.CreateIntegerKey(0));

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _index = list.State.Index;
        _draft = drafts.State.Draft;
        return Task.CompletedTask;
    }

    public Task<RulebookIndex?> GetIndex(long knownRevision) =>
        Task.FromResult(_index.Revision == knownRevision ? null : _index);

    public Task<RulebookDraft> GetDraft() => Task.FromResult(_draft);

    public async Task<string?> GetDocument(long version) =>
        Find(version) is null ? null : await documents.Read(version, CancellationToken.None);

    public async Task<RulebookResult> SetDraft(RulebookDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var next = draft with { Revision = draft.Revision + 1 };
        if (next != _draft)
        {
            if (draft.Revision != _draft.Revision)
            {
                return new() { Conflict = true, Draft = _draft };
            }
            if (RulebookReader.CheckDraft(draft.Document) is { } refusal)
            {
                return new() { Refusal = refusal };
            }
            if (
                await drafts.Write(
                    new RulebookDraftState { Draft = next },
                    "rulebook's drafts",
                    logger
                ) is
                { } failure
            )
            {
                DeactivateOnIdle();
                return new() { Refusal = failure };
            }
            _draft = next;
        }
        return new() { Draft = _draft, Errors = RulebookReader.Read(_draft.Document).Errors };
    }

    public async Task<RulebookResult> Publish(PublishRulebookCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (RulebookRules.MadeOf(_index, command.DraftRevision) is { } made)
        {
            return command.Start is null || command.Start == made.Start
                ? new() { Version = made }
                : new()
                {
                    Refusal = Refusal.Invalid(
                        "start",
                        $"the draft is version {made.Version} already, with another start; save it anew to publish it again"
                    ),
                };
        }
        return command.DraftRevision == _draft.Revision
            ? await Publish(
                _draft.Document,
                command.Start,
                command.Note,
                command.Principal,
                command.DraftRevision
            )
            : new() { Conflict = true, Draft = _draft };
    }

    public async Task<RulebookResult> Import(ImportRulebookCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var reading = RulebookReader.Read(command.Document);
        if (reading.Terms is null)
        {
            return new() { Errors = reading.Errors };
        }
        var last = RulebookRules.Last(_index);
        var before = last is null
            ? """{"rules":[]}"""
            : await documents.Read(last.Version, CancellationToken.None);
        var canonical = RulebookReader.Canonical(command.Document);
        if (last is not null && canonical == before)
        {
            return new() { Version = last };
        }
        var changes = RulebookDiff.Between(before!, canonical);
        if (command.PlanOnly)
        {
            return new()
            {
                Changes = changes,
                IsNew = true,
                Refusal = RulebookRules.CheckPublication(
                    _index,
                    command.Start,
                    command.Note,
                    Now()
                ),
            };
        }
        var result = await Publish(
            command.Document,
            command.Start,
            command.Note,
            command.Principal,
            draftRevision: null
        );
        return result with { Changes = changes, IsNew = true };
    }

    public async Task<RulebookResult> Retire(RetireRulebookCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (Find(command.Version) is not { } version)
        {
            return new() { NotFound = true };
        }
        var (next, refusal) = RulebookRules.Retire(_index, version, command.At, Now());
        if (next is null)
        {
            return new() { Refusal = refusal };
        }
        return await Replace(next) is { } failure
            ? new() { Refusal = failure }
            : new() { Version = Find(command.Version) };
    }

    private async Task<RulebookResult> Publish(
        string document,
        DateTimeOffset? start,
        string? note,
        string principal,
        long? draftRevision
    )
    {
        var now = Now();
        if (RulebookRules.CheckPublication(_index, start, note, now) is { } refusal)
        {
            return new() { Refusal = refusal };
        }
        var reading = RulebookReader.Read(document);
        if (reading.Terms is null)
        {
            return new() { Errors = reading.Errors };
        }
        var canonical = RulebookReader.Canonical(document);
        var (number, failure) = await Store(canonical);
        if (failure is not null)
        {
            return new() { Refusal = failure };
        }
        var version = new RulebookVersion
        {
            Version = number,
            Start = start ?? now,
            PublishedAt = now,
            PublishedBy = principal,
            Note = note,
            Rules = reading.Terms.Rules.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))),
            DraftRevision = draftRevision,
        };
        var next = new RulebookIndex
        {
            Revision = _index.Revision + 1,
            Versions = _index.Versions.Add(version),
        };
        return await Replace(next) is { } unwritten
            ? new() { Refusal = unwritten }
            : new() { Version = version };
    }

    /// <summary>Writes the document under the next number that has none.</summary>
    private async Task<(long Number, Refusal? Refusal)> Store(string canonical)
    {
        var number = _index.Versions.IsEmpty ? 0 : _index.Versions[^1].Version;
        try
        {
            for (var skipped = 0; skipped <= MaxSkipped; skipped++)
            {
                if (await documents.TryWrite(++number, canonical))
                {
                    return (number, null);
                }
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogNotStored(logger, exception);
        }
        // Nothing is published: the list does not name the document.
        DeactivateOnIdle();
        return (0, Refusal.Of(RefusalCode.NotRun));
    }

    private async Task<Refusal?> Replace(RulebookIndex next)
    {
        if (next == _index)
        {
            return null;
        }
        if (
            await list.Write(new RulebookState { Index = next }, "rulebook's versions", logger) is
            { } refusal
        )
        {
            DeactivateOnIdle();
            return refusal;
        }
        _index = next;
        return null;
    }

    private RulebookVersion? Find(long version) =>
        _index.Versions.FirstOrDefault(known => known.Version == version);

    private DateTimeOffset Now() => Instants.Truncate(clock.GetUtcNow());

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A rulebook's document could not be stored; nothing was published"
    )]
    private static partial void LogNotStored(ILogger logger, Exception exception);
}
