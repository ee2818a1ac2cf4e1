using System.Buffers.Text;

namespace PointsMall.LoadTests.Http;

/// <summary>A body in chunks (RFC 9112, section 7.1).</summary>
internal static class ChunkedBody
{
    private static ReadOnlySpan<byte> EndOfLine => "\r\n"u8;

    /// <summary>Finds the end of a chunked body.</summary>
    /// <param name="data">What has come of it so far.</param>
    /// <param name="end">Bytes up to its end, when all of it is there.</param>
    /// <returns>False when more must come.</returns>
    /// <exception cref="FormatException">It is not in chunks.</exception>
    public static bool TryFindEnd(ReadOnlySpan<byte> data, out int end)
    {
        end = 0;
        while (TryReadSize(data[end..], out var size, out var line))
        {
            end += line;
            if (size == 0)
            {
                return TrySkipTrailers(data, ref end);
            }
            if (data.Length - end < size + EndOfLine.Length)
            {
                return false;
            }
            if (!data.Slice(end + size, EndOfLine.Length).SequenceEqual(EndOfLine))
            {
                throw new FormatException("A chunk is longer than it says.");
            }
            end += size + EndOfLine.Length;
        }
        return false;
    }

    /// <summary>Moves the content of a whole chunked body to its front.</summary>
    /// <returns>The length of the content.</returns>
    public static int Join(Span<byte> data)
    {
        var (from, to) = (0, 0);
        while (TryReadSize(data[from..], out var size, out var line) && size > 0)
        {
            data.Slice(from + line, size).CopyTo(data[to..]);
            from += line + size + EndOfLine.Length;
            to += size;
        }
        return to;
    }

    /// <summary>Reads the line before a chunk; what follows a semicolon is of no meaning here.</summary>
    private static bool TryReadSize(ReadOnlySpan<byte> data, out int size, out int line)
    {
        size = 0;
        var end = data.IndexOf(EndOfLine);
        line = end + EndOfLine.Length;
        if (end < 0)
        {
            return false;
        }
        var text = data[..end];
        return
            Utf8Parser.TryParse(text, out size, out var length, 'x')
            && size >= 0
            && (length == text.Length || text[length] is (byte)';' or (byte)' ')
            ? true
            : throw new FormatException("A chunk has no size.");
    }

    private static bool TrySkipTrailers(ReadOnlySpan<byte> data, ref int end)
    {
        while (true)
        {
            var length = data[end..].IndexOf(EndOfLine);
            if (length < 0)
            {
                return false;
            }
            end += length + EndOfLine.Length;
            if (length == 0)
            {
                return true;
            }
        }
    }
}
