using System.Globalization;
using System.Text;

namespace PointsMall.LoadTests.Http;

/// <summary>Puts a request's head into bytes.</summary>
/// <param name="host">The value of the Host header.</param>
internal sealed class RequestWriter(string host)
{
    /// <summary>More than all that is written besides the request's own strings.</summary>
    private const int Rest = 256;

    /// <summary>The most bytes that <see cref="Write"/> needs for this request.</summary>
    public int MaxLength(in LoadRequest request) =>
        Rest
        + host.Length
        + request.Method.Length
        + request.Path.Length
        + (request.Token?.Length ?? 0)
        + (request.Key?.Length ?? 0)
        + request.ContentType.Length;

    /// <summary>Writes request line and headers.</summary>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException">A string has a line break, so it would be a header of its own.</exception>
    public int Write(in LoadRequest request, Span<byte> target)
    {
        var length = 0;
        Add(target, ref length, request.Method, " ", request.Path);
        Add(target, ref length, " HTTP/1.1\r\nHost: ", host);
        if (request.Token is { } token)
        {
            Add(target, ref length, "\r\nAuthorization: Bearer ", token);
        }
        if (request.Key is { } key)
        {
            Add(target, ref length, "\r\nIdempotency-Key: ", key);
        }
        if (!request.Body.IsEmpty)
        {
            Add(target, ref length, "\r\nContent-Type: ", request.ContentType);
        }
        if (!request.Body.IsEmpty || request.Method != "GET")
        {
            "\r\nContent-Length: "u8.CopyTo(target[length..]);
            length += "\r\nContent-Length: "u8.Length;
            request.Body.Length.TryFormat(
                target[length..],
                out var digits,
                provider: CultureInfo.InvariantCulture
            );
            length += digits;
        }
        "\r\n\r\n"u8.CopyTo(target[length..]);
        return length + "\r\n\r\n"u8.Length;
    }

    private static void Add(
        Span<byte> target,
        ref int length,
        string name,
        string value,
        string more
    )
    {
        Add(target, ref length, name, value);
        Add(target, ref length, "", more);
    }

    /// <param name="name">Ours, and may have line breaks.</param>
    /// <param name="value">The caller's, and must not.</param>
    private static void Add(Span<byte> target, ref int length, string name, string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new ArgumentException(
                "A line break would begin a header of its own.",
                nameof(value)
            );
        }
        length += Encoding.Latin1.GetBytes(name, target[length..]);
        length += Encoding.Latin1.GetBytes(value, target[length..]);
    }
}
