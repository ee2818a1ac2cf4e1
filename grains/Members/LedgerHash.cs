using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Members;

/// <summary>
/// The hash chain over a member's ledger. SHA-256 over typed fields in a fixed order, never over JSON: a byte for the encoding's version,
/// strings as UTF-8 behind a 32-bit length, ids as 16 bytes in their written order, integers big-endian, instants as microseconds since
/// 1970 in 64 bits (<see cref="Instants.Never"/> for none), lots as a 32-bit count and tuples. Enums enter as the text that the row holds
/// (<see cref="Names"/>), so that anybody can recompute the hash from the row alone. Test vectors: tests/domain/vectors.
/// </summary>
public static class LedgerHash
{
    private const byte EncodingVersion = 1;
    private const byte Absent = 0;
    private const byte Present = 1;

    /// <summary>What the first entry of a member is chained to.</summary>
    public static Hash32 Genesis(Guid memberId)
    {
        var writer = new Writer(64);
        writer.Byte(EncodingVersion);
        writer.Text("genesis");
        writer.Id(memberId);
        return writer.Hash();
    }

    /// <summary>The hash of an entry that has its texts at hand.</summary>
    public static Hash32 Of(LedgerEntry entry) =>
        Of(entry, entry.Text is { } text ? TextHash(text) : null);

    /// <summary>
    /// The hash of an entry as its row stands: <see cref="LedgerEntry.Text"/> and <see cref="LedgerEntry.Hash"/> are not looked at, the text
    /// enters by the hash that the row keeps, so erased texts do not break the chain.
    /// </summary>
    public static Hash32 Of(LedgerEntry entry, Hash32? textHash)
    {
        var writer = new Writer(512);
        writer.Byte(EncodingVersion);
        writer.Text("entry");
        writer.Id(entry.MemberId);
        writer.Int64(entry.Sequence);
        writer.Text(Names.Of(entry.Type));
        writer.Text(Names.Of(entry.Account));
        writer.Int64(entry.Points);
        writer.Text(entry.Contra);
        writer.Int64(entry.BalanceAfter);
        writer.Int32(entry.Lots.Length);
        foreach (var lot in entry.Lots)
        {
            writer.Int64(lot.Number);
            writer.Int64(lot.Points);
            writer.Instant(lot.ExpiresAt ?? DateTimeOffset.MaxValue);
        }
        writer.Text(entry.CauseKind);
        writer.Id(entry.CauseId);
        writer.Text(Names.Of(entry.Actor));
        if (textHash is { } text)
        {
            writer.Byte(Present);
            writer.Hash(text);
        }
        else
        {
            writer.Byte(Absent);
        }
        writer.Instant(entry.OccurredAt);
        writer.Hash(entry.PreviousHash);
        return writer.Hash();
    }

    /// <summary>What stands for the texts: without the salt nobody can try out names against it.</summary>
    public static Hash32 TextHash(LedgerText text)
    {
        var writer = new Writer(256);
        writer.Bytes(text.Salt.AsSpan());
        writer.Text(text.ActorName);
        writer.Text(text.Reason);
        return writer.Hash();
    }

    /// <summary>Encodes into a pooled array; <see cref="Hash()"/> gives it back.</summary>
    private ref struct Writer(int expected)
    {
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(expected);
        private int _length;

        public void Byte(byte value) => Take(1)[0] = value;

        public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

        public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);

        public void Instant(DateTimeOffset value) => Int64(Instants.ToMicroseconds(value));

        public void Id(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

        public void Hash(Hash32 value) => value.WriteTo(Take(Hash32.Size));

        public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

        public void Text(string value)
        {
            var length = Encoding.UTF8.GetByteCount(value);
            Int32(length);
            Encoding.UTF8.GetBytes(value, Take(length));
        }

        public Hash32 Hash()
        {
            var hash = Hash32.Of(_buffer.AsSpan(0, _length));
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = [];
            _length = 0;
            return hash;
        }

        private Span<byte> Take(int count)
        {
            if (_buffer.Length - _length < count)
            {
                var larger = ArrayPool<byte>.Shared.Rent(
                    Math.Max(_buffer.Length * 2, _length + count)
                );
                _buffer.AsSpan(0, _length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
                _buffer = larger;
            }
            var span = _buffer.AsSpan(_length, count);
            _length += count;
            return span;
        }
    }
}
