namespace PointsMall.GrainInterfaces;

/// <summary>Who acts.</summary>
[GenerateSerializer, Alias("ActorKind")]
public enum ActorKind
{
    /// <summary>The member.</summary>
    Member = 1,

    /// <summary>A person or partner system with permissions.</summary>
    Staff = 2,

    /// <summary>The mall itself (expiry, activation).</summary>
    System = 3,
}

/// <summary>Which queue of the committer a command waits in.</summary>
[GenerateSerializer, Alias("CommitLane")]
public enum CommitLane
{
    /// <summary>A person waits for the answer.</summary>
    Interactive = 1,

    /// <summary>Bulk rows and sweeps: 10 to 50 % of each batch.</summary>
    Bulk = 2,
}

/// <summary>What every command carries beside its own content.</summary>
[GenerateSerializer, Immutable, Alias("CommandHeader")]
public sealed record CommandHeader
{
    /// <summary>UUIDv7 of this command; the same in every re-send. It becomes the commit's id.</summary>
    [Id(0)]
    public required Guid CommandId { get; init; }

    /// <summary>
    /// Who the idempotency key belongs to: <c>member</c>, or <c>staff:</c> and the token's subject. At most 255 characters.
    /// </summary>
    [Id(1)]
    public required string Principal { get; init; }

    /// <summary>The caller's idempotency key, 1 to 255 printable characters; null for the mall's own commands.</summary>
    [Id(2)]
    public required string? Key { get; init; }

    /// <summary>SHA-256 over operation, path ids and the fields sent (32 bytes); empty when there is no key.</summary>
    [Id(3)]
    public required byte[] Fingerprint { get; init; }

    /// <summary>The command must be committed by then or not at all.</summary>
    [Id(4)]
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Who acts.</summary>
    [Id(5)]
    public required ActorKind Actor { get; init; }

    /// <summary>The queue.</summary>
    [Id(6)]
    public CommitLane Lane { get; init; } = CommitLane.Interactive;
}
