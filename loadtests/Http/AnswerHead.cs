using System.Buffers.Text;

namespace PointsMall.LoadTests.Http;

/// <summary>Status line and the few headers that a load test looks at.</summary>
internal readonly record struct AnswerHead
{
    public int Status { get; init; }

    /// <summary>Bytes up to the body.</summary>
    public int Length { get; init; }

    /// <summary>Bytes of the body; null when it is chunked or ends with the connection.</summary>
    public int? ContentLength { get; init; }
    public bool IsChunked { get; init; }

    /// <summary>True when the server closes the connection after this answer.</summary>
    public bool Closes { get; init; }
    public bool Replayed { get; init; }
    public int? RetryAfterSeconds { get; init; }

    /// <summary>True for application/json and application/problem+json.</summary>
    public bool IsJson { get; init; }

    /// <summary>True for 1xx: the answer itself follows.</summary>
    public bool IsInterim => Status < 200;

    /// <summary>Reads the head of an answer.</summary>
    /// <param name="data">What has come so far.</param>
    /// <param name="head">The head, when all of it is there.</param>
    /// <returns>False when more must come.</returns>
    /// <exception cref="FormatException">It is no HTTP/1.1 answer.</exception>
    public static bool TryRead(ReadOnlySpan<byte> data, out AnswerHead head)
    {
        head = default;
        var start = "HTTP/1.1 "u8;
        if (
            !data[..Math.Min(data.Length, start.Length)]
                .SequenceEqual(start[..Math.Min(data.Length, start.Length)])
        )
        {
            throw new FormatException("The answer does not begin with HTTP/1.1.");
        }
        var end = data.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }
        var lines = data[..(end + 2)];
        var endOfLine = lines.IndexOf("\r\n"u8);
        head = new AnswerHead
        {
            Status = StatusOf(lines[start.Length..endOfLine]),
            Length = end + 4,
        };
        lines = lines[(endOfLine + 2)..];
        while (!lines.IsEmpty)
        {
            endOfLine = lines.IndexOf("\r\n"u8);
            head = head.With(lines[..endOfLine]);
            lines = lines[(endOfLine + 2)..];
        }
        return true;
    }

    /// <summary>Finds the end of the body.</summary>
    /// <param name="body">What has come of it so far.</param>
    /// <param name="isOver">True when nothing more will come.</param>
    /// <param name="end">Bytes up to its end, when all of it is there.</param>
    /// <returns>False when more must come.</returns>
    /// <exception cref="FormatException">It is announced as chunked and is not.</exception>
    public bool TryFindEnd(ReadOnlySpan<byte> body, bool isOver, out int end)
    {
        if (IsChunked)
        {
            return ChunkedBody.TryFindEnd(body, out end);
        }
        if (Status is 204 or 304)
        {
            end = 0;
            return true;
        }
        // Without a length the connection's end is the body's.
        end = ContentLength ?? body.Length;
        return ContentLength is null ? isOver : body.Length >= end;
    }

    private static int StatusOf(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out int status, out var length)
        && length == 3
        && (text.Length == 3 || text[3] == ' ')
            ? status
            : throw new FormatException("The answer's status line has no status.");

    private AnswerHead With(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            throw new FormatException("A line of the answer's head is no header.");
        }
        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);
        // The length tells nearly all others apart without a comparison.
        return name.Length switch
        {
            14 when Is(name, "content-length") => this with { ContentLength = Number(value) },
            17 when Is(name, "transfer-encoding") => this with
            {
                IsChunked = Is(value, "chunked")
                    ? true
                    : throw new FormatException("The answer has an unknown transfer encoding."),
            },
            10 when Is(name, "connection") => this with { Closes = Is(value, "close") },
            19 when Is(name, "idempotent-replayed") => this with { Replayed = Is(value, "true") },
            11 when Is(name, "retry-after") => this with { RetryAfterSeconds = Number(value) },
            12 when Is(name, "content-type") => this with
            {
                IsJson =
                    StartsWith(value, "application/json")
                    || StartsWith(value, "application/problem+json"),
            },
            _ => this,
        };
    }

    private static int Number(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out int number, out var length)
        && length == value.Length
        && number >= 0
            ? number
            : throw new FormatException("A header that must be a number is none.");

    private static bool Is(ReadOnlySpan<byte> text, string lowerCase) =>
        System.Text.Ascii.EqualsIgnoreCase(text, lowerCase);

    private static bool StartsWith(ReadOnlySpan<byte> text, string lowerCase) =>
        text.Length >= lowerCase.Length && Is(text[..lowerCase.Length], lowerCase);
}
