namespace PointsMall.GrainInterfaces.Earning;

/// <summary>Checks, compares and tries rulebooks. Key: 0; it has no state and runs in every silo.</summary>
[GrainInterfaceType("IRuleWorkbenchGrain"), Alias("IRuleWorkbenchGrain")]
public interface IRuleWorkbenchGrain : IGrainWithIntegerKey
{
    /// <summary>What is wrong with a document; empty when it could be published.</summary>
    [Alias("Validate"), ResponseTimeout("00:00:05")]
    Task<ImmutableArray<RulebookError>> Validate(string document);

    /// <summary>How two documents differ.</summary>
    [Alias("Compare"), ResponseTimeout("00:00:05")]
    Task<ImmutableArray<RulebookChange>> Compare(string before, string after);

    /// <summary>What an event would earn; nothing is changed.</summary>
    [Alias("Preview"), ResponseTimeout("00:00:05")]
    Task<EarningPreview> Preview(EarningPreviewRequest request);
}

/// <summary>Ask what an event would earn.</summary>
[GenerateSerializer, Immutable, Alias("EarningPreviewRequest")]
public sealed record EarningPreviewRequest
{
    /// <summary>Whose event.</summary>
    [Id(0)]
    public required Guid MemberId { get; init; }

    /// <summary>The event.</summary>
    [Id(1)]
    public required EarningEvent Event { get; init; }

    /// <summary>A rulebook to try; null for the version in force when the event happened.</summary>
    [Id(2)]
    public string? Document { get; init; }
}

/// <summary>What an event would earn.</summary>
[GenerateSerializer, Immutable, Alias("EarningPreview")]
public sealed record EarningPreview
{
    /// <summary>Set when the event or the member is refused.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>What is wrong with the rulebook that was to be tried.</summary>
    [Id(1)]
    public ImmutableArray<RulebookError> Errors { get; init; } = [];

    /// <summary>The version that decided; 0 when none was in force, or a document was tried.</summary>
    [Id(2)]
    public long RulebookVersion { get; init; }

    /// <summary>In the order in which they were decided.</summary>
    [Id(3)]
    public ImmutableArray<PreviewedAward> Awards { get; init; } = [];

    /// <summary>The rules for the event's type that would give nothing.</summary>
    [Id(4)]
    public ImmutableArray<NotFired> NotFired { get; init; } = [];
}

/// <summary>Points that one rule would give.</summary>
[GenerateSerializer, Immutable, Alias("PreviewedAward")]
public sealed record PreviewedAward
{
    /// <summary>The rule.</summary>
    [Id(0)]
    public required string RuleId { get; init; }

    /// <summary>The source of the points.</summary>
    [Id(1)]
    public required string Source { get; init; }

    /// <summary>At least 1.</summary>
    [Id(2)]
    public required long Points { get; init; }

    /// <summary>The points by line of the purchase.</summary>
    [Id(3)]
    public required ImmutableArray<LineAward> Lines { get; init; }

    /// <summary>When they could be spent; null while it counts from a delivery.</summary>
    [Id(4)]
    public DateTimeOffset? ActivatesAt { get; init; }

    /// <summary>When they would expire; null for never, and while their activation is not known.</summary>
    [Id(5)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How the points come about.</summary>
    [Id(6)]
    public required ImmutableArray<AwardStep> Steps { get; init; }

    /// <summary>The budget that would pay, which may have less by then.</summary>
    [Id(7)]
    public string? Budget { get; init; }
}
