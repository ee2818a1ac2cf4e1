namespace PointsMall.GrainInterfaces.Members;

/// <summary>What became of a hold.</summary>
[GenerateSerializer, Alias("HoldStatus")]
public enum HoldStatus
{
    /// <summary>Its points are set aside.</summary>
    Open = 1,

    /// <summary>Its points, or a part of them, were spent; the rest was given back.</summary>
    Captured = 2,

    /// <summary>Its points were given back.</summary>
    Released = 3,

    /// <summary>Its time ran out, and its points were given back.</summary>
    Expired = 4,
}

/// <summary>Points set aside for something that is not decided yet.</summary>
[GenerateSerializer, Immutable, Alias("Hold")]
public sealed record Hold
{
    /// <summary>UUIDv7.</summary>
    [Id(0)]
    public required Guid HoldId { get; init; }

    /// <summary>What became of it.</summary>
    [Id(1)]
    public required HoldStatus Status { get; init; }

    /// <summary>Points that were set aside.</summary>
    [Id(2)]
    public required long Points { get; init; }

    /// <summary>Points of them that were spent.</summary>
    [Id(3)]
    public required long Captured { get; init; }

    /// <summary>Why, for the member to read.</summary>
    [Id(4)]
    public required string Reason { get; init; }

    /// <summary>When the points were set aside.</summary>
    [Id(5)]
    public required DateTimeOffset PlacedAt { get; init; }

    /// <summary>The first instant at which it can no longer be captured.</summary>
    [Id(6)]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was captured or released, or its end was written; null while it is open.</summary>
    [Id(7)]
    public DateTimeOffset? ClosedAt { get; init; }
}

/// <summary>Set points aside.</summary>
[GenerateSerializer, Immutable, Alias("PlaceHoldCommand")]
public sealed record PlaceHoldCommand
{
    /// <summary>Identity, key, deadline. The command's id becomes the hold's.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>Points to set aside, 1 to 10^15.</summary>
    [Id(1)]
    public required long Points { get; init; }

    /// <summary>Seconds until the hold ends by itself, 1 to 7,776,000 (90 days).</summary>
    [Id(2)]
    public required int Seconds { get; init; }

    /// <summary>Why, at most 500 characters.</summary>
    [Id(3)]
    public required string Reason { get; init; }
}

/// <summary>Spend what a hold has set aside.</summary>
[GenerateSerializer, Immutable, Alias("CaptureHoldCommand")]
public sealed record CaptureHoldCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>The hold.</summary>
    [Id(1)]
    public required Guid HoldId { get; init; }

    /// <summary>Points to spend, 1 to those set aside; null for all. The rest is given back.</summary>
    [Id(2)]
    public long? Points { get; init; }
}

/// <summary>Give back what a hold has set aside.</summary>
[GenerateSerializer, Immutable, Alias("ReleaseHoldCommand")]
public sealed record ReleaseHoldCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>The hold.</summary>
    [Id(1)]
    public required Guid HoldId { get; init; }

    /// <summary>Why, at most 500 characters.</summary>
    [Id(2)]
    public string? Reason { get; init; }
}

/// <summary>The answer to a command on a hold: a refusal, or the hold and the balance after it.</summary>
[GenerateSerializer, Immutable, Alias("HoldResult")]
public sealed record HoldResult : ICommandResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The hold as it stands now.</summary>
    [Id(1)]
    public Hold? Hold { get; init; }

    /// <summary>The balance now.</summary>
    [Id(2)]
    public Balance? Balance { get; init; }

    /// <summary>An earlier command with this key did the work.</summary>
    [Id(3)]
    public bool Replayed { get; init; }
}
