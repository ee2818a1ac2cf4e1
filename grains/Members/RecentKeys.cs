using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PointsMall.Grains.Members;

/// <summary>The idempotency keys that an account remembers by hash; all of them are in <c>command</c>.</summary>
public static class RecentKeys
{
    /// <summary>First 16 bytes of SHA-256 over principal and key, each behind its length, so that no two pairs read the same.</summary>
    public static UInt128 HashOf(string principal, string key)
    {
        var principalLength = Encoding.UTF8.GetByteCount(principal);
        var keyLength = Encoding.UTF8.GetByteCount(key);
        var size = 8 + principalLength + keyLength;
        var bytes = size <= 1024 ? stackalloc byte[size] : new byte[size];
        BinaryPrimitives.WriteInt32BigEndian(bytes, principalLength);
        Encoding.UTF8.GetBytes(principal, bytes[4..]);
        BinaryPrimitives.WriteInt32BigEndian(bytes[(4 + principalLength)..], keyLength);
        Encoding.UTF8.GetBytes(key, bytes[(8 + principalLength)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>The version that a remembered command committed; its row in <c>command</c> says what it was.</summary>
    public static long? Find(Account account, string principal, string key)
    {
        var hash = HashOf(principal, key);
        foreach (var known in account.RecentKeys)
        {
            if (known.Hash == hash)
            {
                return known.Version;
            }
        }
        return null;
    }

    /// <summary>A key that is not remembered may still be an old one: look in <c>command</c>.</summary>
    public static bool MayBeOlder(Account account) =>
        account.KeyedCommands > account.RecentKeys.Length;

    internal static ImmutableArray<RecentKey> With(
        ImmutableArray<RecentKey> keys,
        CommandHeader header,
        long version
    ) =>
        header.Key is { } key
            ? [new(HashOf(header.Principal, key), version), .. keys.Take(Account.MaxRecentKeys - 1)]
            : keys;
}
