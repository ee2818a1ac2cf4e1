using PointsMall.Grains.Members;

namespace PointsMall.Grains.Checkpoints;

/// <summary>
/// What a checkpoint states: at some instant from <see cref="From"/> to <see cref="To"/> each member of the tree had the head that the tree
/// holds, and every entry of a transaction below <see cref="Horizon"/> is at or before its member's head.
/// </summary>
public sealed record Checkpoint
{
    private const byte EncodingVersion = 1;

    /// <summary>1 for the first, then without a gap.</summary>
    public required long Number { get; init; }

    /// <summary>The hash of the checkpoint before; zeros for the first.</summary>
    public required Hash32 PreviousHash { get; init; }

    /// <summary>Of the tree over all heads.</summary>
    public required Hash32 Root { get; init; }

    /// <summary>Heads in the tree: members with at least one entry.</summary>
    public required long Members { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }

    /// <summary>All transactions with lower numbers had ended at <see cref="From"/>.</summary>
    public required ulong Horizon { get; init; }

    /// <summary>The bytes that are hashed and signed.</summary>
    public byte[] Statement()
    {
        var writer = new CanonicalWriter(160);
        writer.Byte(EncodingVersion);
        writer.Text("checkpoint");
        writer.Int64(Number);
        writer.Hash(PreviousHash);
        writer.Hash(Root);
        writer.Int64(Members);
        writer.Instant(From);
        writer.Instant(To);
        writer.Int64(checked((long)Horizon));
        return writer.Take();
    }

    public Hash32 Hash() => Hash32.Of(Statement());
}
