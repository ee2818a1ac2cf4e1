using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PointsMall.Grains.Members;

/// <summary>
/// Writes typed fields as the bytes that are hashed and signed: docs/ledger.md. It encodes into a pooled array, which
/// <see cref="Hash()"/> and <see cref="Take()"/> give back.
/// </summary>
internal ref struct CanonicalWriter(int expected)
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(expected);
    private int _length;

    public void Byte(byte value) => Next(1)[0] = value;

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Next(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Next(8), value);

    public void Instant(DateTimeOffset value) => Int64(Instants.ToMicroseconds(value));

    public void Id(Guid value) => value.TryWriteBytes(Next(16), bigEndian: true, out _);

    public void Hash(Hash32 value) => value.WriteTo(Next(Hash32.Size));

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Next(value.Length));

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Int32(length);
        Encoding.UTF8.GetBytes(value, Next(length));
    }

    /// <summary>SHA-256 of what was written.</summary>
    public Hash32 Hash()
    {
        var hash = Hash32.Of(_buffer.AsSpan(0, _length));
        Return();
        return hash;
    }

    /// <summary>What was written.</summary>
    public byte[] Take()
    {
        var bytes = _buffer.AsSpan(0, _length).ToArray();
        Return();
        return bytes;
    }

    private void Return()
    {
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = [];
        _length = 0;
    }

    private Span<byte> Next(int count)
    {
        if (_buffer.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = larger;
        }
        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }
}
