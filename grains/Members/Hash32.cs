using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PointsMall.Grains.Members;

/// <summary>32 bytes by value, first byte highest.</summary>
public readonly record struct Hash32(UInt128 High, UInt128 Low)
{
    public const int Size = 32;

    public static Hash32 Of(ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[Size];
        SHA256.HashData(content, bytes);
        return FromBytes(bytes);
    }

    public static Hash32 FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException(
                $"A hash has {Size} bytes, not {bytes.Length}.",
                nameof(bytes)
            );
        }
        return new(
            BinaryPrimitives.ReadUInt128BigEndian(bytes),
            BinaryPrimitives.ReadUInt128BigEndian(bytes[16..])
        );
    }

    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, High);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], Low);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    public override string ToString() => $"{High:x32}{Low:x32}";
}
