using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PointsMall.Api.Requests;

/// <summary>
/// SHA-256 over what a command asks for: a version, the operation, the ids in the path and the fields that were sent. Fields are sorted by
/// name, so their order and white space don't matter; a field that was sent as null is not the same as one that was not sent.
/// </summary>
internal static class Fingerprint
{
    /// <summary>Goes up when the encoding below changes. Stored fingerprints keep theirs.</summary>
    private const byte Version = 1;

    /// <param name="operation">The name of the command.</param>
    /// <param name="ids">Ids from the path, in its order.</param>
    /// <param name="body">The body; undefined when there is none.</param>
    /// <param name="without">Fields of the body's top level that are not part of the content, as a bulk row's own key.</param>
    public static byte[] Of(
        string operation,
        ReadOnlySpan<Guid> ids,
        JsonElement body,
        params ReadOnlySpan<string> without
    )
    {
        var output = new ArrayBufferWriter<byte>(512);
        output.Write([Version]);
        WriteText(output, operation);
        WriteLength(output, ids.Length);
        foreach (var id in ids)
        {
            id.TryWriteBytes(output.GetSpan(16), bigEndian: true, out _);
            output.Advance(16);
        }
        if (body.ValueKind == JsonValueKind.Object)
        {
            WriteObject(output, body, without);
        }
        else if (body.ValueKind != JsonValueKind.Undefined)
        {
            WriteValue(output, body);
        }
        return SHA256.HashData(output.WrittenSpan);
    }

    private static void WriteValue(ArrayBufferWriter<byte> output, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, value, []);
                break;
            case JsonValueKind.Array:
                output.Write("["u8);
                WriteLength(output, value.GetArrayLength());
                foreach (var item in value.EnumerateArray())
                {
                    WriteValue(output, item);
                }
                break;
            case JsonValueKind.String:
                output.Write("s"u8);
                WriteText(output, value.GetString()!);
                break;
            case JsonValueKind.Number:
                output.Write("n"u8);
                WriteText(output, value.GetRawText());
                break;
            case JsonValueKind.True:
                output.Write("t"u8);
                break;
            case JsonValueKind.False:
                output.Write("f"u8);
                break;
            default:
                output.Write("0"u8);
                break;
        }
    }

    private static void WriteObject(
        ArrayBufferWriter<byte> output,
        JsonElement value,
        ReadOnlySpan<string> without
    )
    {
        var fields = new List<(string Name, JsonElement Value)>(value.GetPropertyCount());
        foreach (var field in value.EnumerateObject())
        {
            var name = field.Name;
            if (!without.Contains(name))
            {
                fields.Add((name, field.Value));
            }
        }
        fields.Sort(static (x, y) => string.CompareOrdinal(x.Name, y.Name));
        output.Write("{"u8);
        WriteLength(output, fields.Count);
        foreach (var (name, field) in fields)
        {
            WriteText(output, name);
            WriteValue(output, field);
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> output, string text)
    {
        WriteLength(output, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, output);
    }

    private static void WriteLength(ArrayBufferWriter<byte> output, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(4), length);
        output.Advance(4);
    }
}
