namespace PointsMall.GrainInterfaces.Earning;

/// <summary>Keeps the rulebook: its draft and its published versions. Key: 0; one deployment serves one programme.</summary>
[GrainInterfaceType("IRulebookGrain"), Alias("IRulebookGrain")]
public interface IRulebookGrain : IGrainWithIntegerKey
{
    /// <summary>The versions; null while they are still those of the revision that the caller knows.</summary>
    /// <param name="knownRevision">-1 for none.</param>
    [Alias("GetIndex"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<RulebookIndex?> GetIndex(long knownRevision);

    /// <summary>A version's document, or null when there is no such version.</summary>
    [Alias("GetDocument"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<string?> GetDocument(long version);

    /// <summary>The draft; revision 0 before the first.</summary>
    [Alias("GetDraft"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<RulebookDraft> GetDraft();

    /// <summary>Replaces the draft of the revision that the new one names. What is wrong with it is answered and does not hinder.</summary>
    [Alias("SetDraft"), ResponseTimeout("00:00:05")]
    Task<RulebookResult> SetDraft(RulebookDraft draft);

    /// <summary>Makes the draft a version. Sent again it answers with the version that it made.</summary>
    [Alias("Publish"), ResponseTimeout("00:00:05")]
    Task<RulebookResult> Publish(PublishRulebookCommand command);

    /// <summary>Makes a document a version, or says what that would change. A document that is the last version already changes nothing.</summary>
    [Alias("Import"), ResponseTimeout("00:00:05")]
    Task<RulebookResult> Import(ImportRulebookCommand command);

    /// <summary>Ends a version early: the one before it is in force again.</summary>
    [Alias("Retire"), ResponseTimeout("00:00:05")]
    Task<RulebookResult> Retire(RetireRulebookCommand command);
}

/// <summary>The published versions.</summary>
[GenerateSerializer, Immutable, Alias("RulebookIndex")]
public sealed record RulebookIndex
{
    /// <summary>Goes up with every publication and retirement; 0 before the first.</summary>
    [Id(0)]
    public required long Revision { get; init; }

    /// <summary>In the order of their numbers, at most 1,000.</summary>
    [Id(1)]
    public required ImmutableArray<RulebookVersion> Versions { get; init; }

    /// <summary>
    /// The version in force at an instant: of those that have started and are not retired the one that started last; of equal starts the
    /// higher number. Null when there is none.
    /// </summary>
    public RulebookVersion? InForce(DateTimeOffset at) =>
        Versions
            .Where(version => version.Start <= at && !(version.RetiredAt <= at))
            .OrderBy(version => version.Start)
            .ThenBy(version => version.Version)
            .LastOrDefault();
}

/// <summary>A published version. Nothing of it changes but its retirement.</summary>
[GenerateSerializer, Immutable, Alias("RulebookVersion")]
public sealed record RulebookVersion
{
    /// <summary>From 1; a number may be skipped.</summary>
    [Id(0)]
    public required long Version { get; init; }

    /// <summary>The first instant at which it is in force, until a version with a later start.</summary>
    [Id(1)]
    public required DateTimeOffset Start { get; init; }

    /// <summary>The first instant at which it no longer is; null unless it was retired.</summary>
    [Id(2)]
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>When it was published.</summary>
    [Id(3)]
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>Who published it.</summary>
    [Id(4)]
    public required string PublishedBy { get; init; }

    /// <summary>What it is for, at most 500 characters.</summary>
    [Id(5)]
    public string? Note { get; init; }

    /// <summary>The number of its rules.</summary>
    [Id(6)]
    public required int Rules { get; init; }

    /// <summary>SHA-256 of its document, in hexadecimal.</summary>
    [Id(7)]
    public required string Sha256 { get; init; }

    /// <summary>The draft that it was; null when it was imported.</summary>
    [Id(8)]
    public long? DraftRevision { get; init; }
}

/// <summary>A rulebook in the making.</summary>
[GenerateSerializer, Immutable, Alias("RulebookDraft")]
public sealed record RulebookDraft
{
    /// <summary>Goes up by one with every change; a change names the revision that it replaces.</summary>
    [Id(0)]
    public required long Revision { get; init; }

    /// <summary>JSON of an object, at most 256 KiB.</summary>
    [Id(1)]
    public required string Document { get; init; }
}

/// <summary>Make the draft a version.</summary>
[GenerateSerializer, Immutable, Alias("PublishRulebookCommand")]
public sealed record PublishRulebookCommand
{
    /// <summary>The draft that is meant.</summary>
    [Id(0)]
    public required long DraftRevision { get; init; }

    /// <summary>When it comes into force, not in the past; null for at once.</summary>
    [Id(1)]
    public DateTimeOffset? Start { get; init; }

    /// <summary>What it is for, at most 500 characters.</summary>
    [Id(2)]
    public string? Note { get; init; }

    /// <summary>Who publishes it.</summary>
    [Id(3)]
    public required string Principal { get; init; }
}

/// <summary>Make a document a version.</summary>
[GenerateSerializer, Immutable, Alias("ImportRulebookCommand")]
public sealed record ImportRulebookCommand
{
    /// <summary>JSON, at most 256 KiB.</summary>
    [Id(0)]
    public required string Document { get; init; }

    /// <summary>When it comes into force, not in the past; null for at once.</summary>
    [Id(1)]
    public DateTimeOffset? Start { get; init; }

    /// <summary>What it is for, at most 500 characters.</summary>
    [Id(2)]
    public string? Note { get; init; }

    /// <summary>Who imports it.</summary>
    [Id(3)]
    public required string Principal { get; init; }

    /// <summary>Change nothing; say what would be changed.</summary>
    [Id(4)]
    public bool PlanOnly { get; init; }
}

/// <summary>End a version early.</summary>
[GenerateSerializer, Immutable, Alias("RetireRulebookCommand")]
public sealed record RetireRulebookCommand
{
    /// <summary>The version.</summary>
    [Id(0)]
    public required long Version { get; init; }

    /// <summary>The first instant at which it is no longer in force, not in the past; null for at once.</summary>
    [Id(1)]
    public DateTimeOffset? At { get; init; }
}

/// <summary>What became of a change of the rulebook.</summary>
[GenerateSerializer, Immutable, Alias("RulebookResult")]
public sealed record RulebookResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>Somebody else changed the draft since the revision that the command names.</summary>
    [Id(1)]
    public bool Conflict { get; init; }

    /// <summary>There is no such version.</summary>
    [Id(2)]
    public bool NotFound { get; init; }

    /// <summary>The version that the command made, found or retired.</summary>
    [Id(3)]
    public RulebookVersion? Version { get; init; }

    /// <summary>The draft now.</summary>
    [Id(4)]
    public RulebookDraft? Draft { get; init; }

    /// <summary>What is wrong with the document; a version is only made without.</summary>
    [Id(5)]
    public ImmutableArray<RulebookError> Errors { get; init; } = [];

    /// <summary>How the imported document differs from the last version.</summary>
    [Id(6)]
    public ImmutableArray<RulebookChange> Changes { get; init; } = [];

    /// <summary>The import makes, or would make, a new version.</summary>
    [Id(7)]
    public bool IsNew { get; init; }
}

/// <summary>How two rulebooks differ in one place.</summary>
/// <param name="Path">The place, as a pointer in which rules, caps and groups go by their ids: <c>/rules/welcome/reward/points</c>.</param>
/// <param name="Before">JSON of what was there; null when nothing was.</param>
/// <param name="After">JSON of what is there; null when nothing is.</param>
[GenerateSerializer, Immutable, Alias("RulebookChange")]
public readonly record struct RulebookChange(
    [property: Id(0)] string Path,
    [property: Id(1)] string? Before,
    [property: Id(2)] string? After
);
