using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PointsMall.Api;

/// <summary>
/// Ids of things that have no id of their own in the database but are a numbered part of a member's account: the same part has the same id
/// for ever. A UUIDv7 with the member id's time, the rest from SHA-256 over member id, kind and number.
/// </summary>
internal static class DerivedId
{
    private const byte EntryKind = 1;
    private const byte LotKind = 2;

    public static Guid OfEntry(Guid memberId, long sequence) => Of(memberId, EntryKind, sequence);

    public static Guid OfLot(Guid memberId, long number) => Of(memberId, LotKind, number);

    private static Guid Of(Guid memberId, byte kind, long number)
    {
        const int TimeBytes = 6;
        Span<byte> input = stackalloc byte[16 + 1 + 8];
        memberId.TryWriteBytes(input, bigEndian: true, out _);
        input[16] = kind;
        BinaryPrimitives.WriteInt64BigEndian(input[17..], number);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);

        var id = hash[..16];
        input[..TimeBytes].CopyTo(id);
        id[6] = (byte)(0x70 | (id[6] & 0x0F)); // version 7
        id[8] = (byte)(0x80 | (id[8] & 0x3F)); // variant of RFC 9562
        return new Guid(id, bigEndian: true);
    }
}
