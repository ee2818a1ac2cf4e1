using System.ComponentModel;
using System.Text.Json.Serialization;

namespace PointsMall.Api.Ledger;

/// <summary>The first line of a proof.</summary>
internal sealed record ProofHead
{
    public string Kind { get; init; } = "ledger";
    public int Format { get; init; } = 1;
    public required Guid MemberId { get; init; }

    /// <summary>How many entries follow.</summary>
    public required long Entries { get; init; }

    /// <summary>The hash of the last of them.</summary>
    public required string HeadHash { get; init; }
}

/// <summary>An entry with every field that its hash covers.</summary>
internal sealed record ProofEntry
{
    public string Kind { get; init; } = "entry";
    public required long Sequence { get; init; }
    public required string Type { get; init; }
    public required string Account { get; init; }
    public required long Points { get; init; }
    public required string Contra { get; init; }
    public required long BalanceAfter { get; init; }
    public required IReadOnlyList<ProofLot> Lots { get; init; }
    public required string CauseKind { get; init; }
    public required Guid CauseId { get; init; }
    public required string Actor { get; init; }
    public required string? TextHash { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required string PreviousHash { get; init; }
    public required string Hash { get; init; }

    /// <summary>What the member itself wrote; what others wrote stays behind <see cref="TextHash"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProofText? Text { get; init; }
}

internal sealed record ProofLot(long Number, long Points, DateTimeOffset? ExpiresAt);

internal sealed record ProofText(string Salt, string ActorName, string Reason);

/// <summary>That the last checkpoint states a head of this ledger.</summary>
internal sealed record ProofCheckpoint
{
    public string Kind { get; init; } = "checkpoint";
    public required CheckpointAnswer Checkpoint { get; init; }

    /// <summary>The key's public half in PEM; null for an unsigned checkpoint.</summary>
    public required string? PublicKey { get; init; }

    /// <summary>The entry that was the head.</summary>
    public required long Sequence { get; init; }

    /// <summary>The hashes of the heads in the member's bucket; one is the member's own.</summary>
    public required IReadOnlyList<string> Leaves { get; init; }

    /// <summary>The hashes of the 256 buckets of the bucket's group.</summary>
    public required IReadOnlyList<string> Buckets { get; init; }

    /// <summary>The hashes of the 256 groups.</summary>
    public required IReadOnlyList<string> Groups { get; init; }
}

/// <summary>The last line: without it the proof was cut off.</summary>
internal sealed record ProofEnd
{
    public string Kind { get; init; } = "end";
}

[Description("A signed statement of all members' heads at a moment.")]
internal sealed record CheckpointAnswer
{
    [Description("1 for the first, then without a gap.")]
    public required long Number { get; init; }

    [Description("The hash of the checkpoint before; zeros for the first.")]
    public required string PreviousHash { get; init; }

    [Description("The root of the tree over all heads.")]
    public required string Root { get; init; }

    [Description("Heads in the tree: members with at least one entry.")]
    public required long Members { get; init; }

    [Description("Each head was its member's at some instant from here")]
    public required DateTimeOffset From { get; init; }

    [Description("to here.")]
    public required DateTimeOffset To { get; init; }

    [Description("Every entry of a database transaction with a lower number is covered.")]
    public required long Horizon { get; init; }

    [Description("SHA-256 of all that, 64 hexadecimal digits.")]
    public required string Hash { get; init; }

    [Description("The key that signed it; null when none did.")]
    public required string? KeyId { get; init; }

    [Description("ECDSA on P-256 over SHA-256, DER in base64; null when unsigned.")]
    public required string? Signature { get; init; }
}

[Description("A key that signs checkpoints.")]
internal sealed record LedgerKeyAnswer
{
    [Description(
        "The first 16 bytes of the SHA-256 of the public key's DER, in hexadecimal digits."
    )]
    public required string KeyId { get; init; }

    [Description("The public key in PEM.")]
    public required string PublicKey { get; init; }

    [Description("When it first signed.")]
    public required DateTimeOffset FirstUsedAt { get; init; }
}

[Description("The keys that have signed checkpoints.")]
internal sealed record LedgerKeysAnswer
{
    [Description("Oldest first.")]
    public required IReadOnlyList<LedgerKeyAnswer> Keys { get; init; }
}
