namespace PointsMall.Grains.Earning;

/// <summary>The document that lists the published versions. Replaced, never edited.</summary>
[GenerateSerializer, Immutable, Alias("RulebookState")]
public sealed record RulebookState
{
    public const string Name = "rulebook";

    [Id(0)]
    public RulebookIndex Index { get; init; } = new() { Revision = 0, Versions = [] };
}

/// <summary>The document that holds the draft.</summary>
[GenerateSerializer, Immutable, Alias("RulebookDraftState")]
public sealed record RulebookDraftState
{
    public const string Name = "rulebook-draft";

    [Id(0)]
    public RulebookDraft Draft { get; init; } =
        new() { Revision = 0, Document = """{"rules":[]}""" };
}

/// <summary>One version's document. Written once.</summary>
[GenerateSerializer, Immutable, Alias("RulebookVersionState")]
public sealed record RulebookVersionState
{
    public const string Name = "rulebook-version";

    /// <summary>In its canonical form.</summary>
    [Id(0)]
    public string Document { get; init; } = "";
}
