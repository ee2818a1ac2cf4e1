using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using PointsMall.Api.Problems;

namespace PointsMall.Api.Requests;

/// <summary>
/// Where a list goes on: the sort key of the last item shown, so rows that are added or removed meanwhile neither repeat nor hide others.
/// Opaque to callers.
/// </summary>
/// <param name="List">Which list and order it belongs to; a cursor of another one is refused.</param>
/// <param name="Id">The last item's id.</param>
/// <param name="Number">The last item's sort number.</param>
/// <param name="Text">The last item's sort text.</param>
internal sealed record Cursor(char List, Guid Id, long Number = 0, string Text = "")
{
    private const byte Version = 1;
    private const int HeaderBytes = 1 + 1 + 16 + 8;
    public const int MaxCharacters = 2_000;

    public string Encode()
    {
        var text = Encoding.UTF8.GetBytes(Text);
        var bytes = new byte[HeaderBytes + text.Length];
        bytes[0] = Version;
        bytes[1] = (byte)List;
        Id.TryWriteBytes(bytes.AsSpan(2), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(18), Number);
        text.CopyTo(bytes.AsSpan(HeaderBytes));
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="ProblemException">It is no cursor of this list.</exception>
    public static Cursor? Decode(string? cursor, char list)
    {
        if (cursor is null)
        {
            return null;
        }
        if (cursor.Length <= MaxCharacters && Base64Url.IsValid(cursor))
        {
            var bytes = Base64Url.DecodeFromChars(cursor).AsSpan();
            if (bytes.Length >= HeaderBytes && bytes[0] == Version && bytes[1] == list)
            {
                return new Cursor(
                    list,
                    new Guid(bytes[2..18], bigEndian: true),
                    BinaryPrimitives.ReadInt64BigEndian(bytes[18..]),
                    Encoding.UTF8.GetString(bytes[HeaderBytes..])
                );
            }
        }
        throw ProblemException.Invalid(
            "cursor",
            "is not a cursor of this list; start again without one"
        );
    }
}
