using System.Buffers.Binary;
using System.Security.Cryptography;
using PointsMall.Grains.Members;

namespace PointsMall.Grains.Checkpoints;

/// <summary>
/// The hashes of a checkpoint's tree: docs/ledger.md. The database computes them with functions of its own (migration 090); this is what
/// they are checked with.
/// </summary>
public static class LedgerTree
{
    public const int BucketLevel = 2;
    public const int GroupLevel = 1;
    public const int Fanout = 256;
    public const int Buckets = Fanout * Fanout;

    private const byte LeafKind = 0;
    private const byte BucketKind = 1;
    private const byte GroupKind = 2;
    private const byte RootKind = 3;

    public static Hash32 EmptyBucket { get; } = Bucket([]);

    public static Hash32 EmptyGroup { get; } = Group([.. Enumerable.Repeat(EmptyBucket, Fanout)]);

    public static int BucketOf(Guid memberId)
    {
        Span<byte> bytes = stackalloc byte[16];
        memberId.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
    }

    /// <summary>A member's head: its last entry's number and hash.</summary>
    public static Hash32 Leaf(Guid memberId, long sequence, Hash32 head)
    {
        Span<byte> content = stackalloc byte[1 + 16 + 8 + Hash32.Size];
        content[0] = LeafKind;
        memberId.TryWriteBytes(content[1..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(content[17..], sequence);
        head.WriteTo(content[25..]);
        return Hash32.Of(content);
    }

    /// <param name="leaves">In the order of the members' ids.</param>
    public static Hash32 Bucket(IReadOnlyList<Hash32> leaves) => Node(BucketKind, leaves);

    /// <param name="buckets">256, in order.</param>
    public static Hash32 Group(IReadOnlyList<Hash32> buckets) => Node(GroupKind, buckets);

    /// <param name="groups">256, in order.</param>
    public static Hash32 Root(IReadOnlyList<Hash32> groups) => Node(RootKind, groups);

    private static Hash32 Node(byte kind, IReadOnlyList<Hash32> children)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        hash.AppendData([kind]);
        foreach (var child in children)
        {
            child.WriteTo(bytes);
            hash.AppendData(bytes);
        }
        hash.GetHashAndReset(bytes);
        return Hash32.FromBytes(bytes);
    }
}
