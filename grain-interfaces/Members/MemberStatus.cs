namespace PointsMall.GrainInterfaces.Members;

/// <summary>Deactivate a member, or take that back.</summary>
[GenerateSerializer, Immutable, Alias("SetActiveCommand")]
public sealed record SetActiveCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>False: the member can neither earn nor spend from now on.</summary>
    [Id(1)]
    public required bool Active { get; init; }

    /// <summary>Why, for staff; at most 500 characters.</summary>
    [Id(2)]
    public required string Reason { get; init; }
}

/// <summary>A refusal, or how the member stands.</summary>
[GenerateSerializer, Immutable, Alias("MemberStatusResult")]
public sealed record MemberStatusResult : ICommandResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>Since when the member is deactivated; null for an active one.</summary>
    [Id(1)]
    public DateTimeOffset? DeactivatedAt { get; init; }

    /// <summary>An earlier command with this key did the work.</summary>
    [Id(2)]
    public bool Replayed { get; init; }
}
