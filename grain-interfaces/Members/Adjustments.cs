namespace PointsMall.GrainInterfaces.Members;

/// <summary>What became of an adjustment that a second person must approve.</summary>
[GenerateSerializer, Alias("ApprovalStatus")]
public enum ApprovalStatus
{
    /// <summary>Nobody has decided yet; no point has moved.</summary>
    Pending = 1,

    /// <summary>A second person approved, and the points were moved.</summary>
    Approved = 2,

    /// <summary>Somebody declined; no point was moved.</summary>
    Rejected = 3,
}

/// <summary>An adjustment that a second person must approve.</summary>
[GenerateSerializer, Immutable, Alias("Approval")]
public sealed record Approval
{
    /// <summary>UUIDv7.</summary>
    [Id(0)]
    public required Guid ApprovalId { get; init; }

    /// <summary>Whose points.</summary>
    [Id(1)]
    public required Guid MemberId { get; init; }

    /// <summary>What became of it.</summary>
    [Id(2)]
    public required ApprovalStatus Status { get; init; }

    /// <summary>Points to add, or to take when below zero.</summary>
    [Id(3)]
    public required long Points { get; init; }

    /// <summary>Why, for the member to read.</summary>
    [Id(4)]
    public required string Reason { get; init; }

    /// <summary>Who asked for it: the principal.</summary>
    [Id(5)]
    public required string RequestedBy { get; init; }

    /// <summary>When.</summary>
    [Id(6)]
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Who decided; null while nobody has.</summary>
    [Id(7)]
    public string? DecidedBy { get; init; }

    /// <summary>When.</summary>
    [Id(8)]
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why they decided so, for staff; null when they did not say.</summary>
    [Id(9)]
    public string? DecisionReason { get; init; }
}

/// <summary>Correct a member's points.</summary>
[GenerateSerializer, Immutable, Alias("AdjustCommand")]
public sealed record AdjustCommand
{
    /// <summary>Identity, key, deadline. The command's id becomes the approval's, if one is needed.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>Points to add, or to take when below zero; not zero, at most 10^15 either way.</summary>
    [Id(1)]
    public required long Points { get; init; }

    /// <summary>Why, at most 500 characters.</summary>
    [Id(2)]
    public required string Reason { get; init; }
}

/// <summary>Approve or decline an adjustment.</summary>
[GenerateSerializer, Immutable, Alias("DecideApprovalCommand")]
public sealed record DecideApprovalCommand
{
    /// <summary>Identity, key, deadline. The principal must not be the one who asked for the adjustment.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>Which.</summary>
    [Id(1)]
    public required Guid ApprovalId { get; init; }

    /// <summary>False: declined.</summary>
    [Id(2)]
    public required bool Approve { get; init; }

    /// <summary>Why, for staff; at most 500 characters.</summary>
    [Id(3)]
    public string? Reason { get; init; }
}

/// <summary>The answer to an adjustment or a decision on one: a refusal, or what was written.</summary>
[GenerateSerializer, Immutable, Alias("AdjustmentResult")]
public sealed record AdjustmentResult : ICommandResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The entry, when points were moved.</summary>
    [Id(1)]
    public EntryView? Entry { get; init; }

    /// <summary>The approval, when one is needed.</summary>
    [Id(2)]
    public Approval? Approval { get; init; }

    /// <summary>The balance now.</summary>
    [Id(3)]
    public Balance? Balance { get; init; }

    /// <summary>An earlier command with this key did the work.</summary>
    [Id(4)]
    public bool Replayed { get; init; }
}
