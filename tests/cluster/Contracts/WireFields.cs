using System.Buffers;
using System.Globalization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Session;
using Orleans.Serialization.WireProtocol;

namespace PointsMall.Tests.Cluster.Contracts;

/// <summary>A message as a reader sees it that knows none of its types: each field by its path of numbers, how it was written and what it holds.</summary>
internal static class WireFields
{
    /// <summary>A number that no member will have soon.</summary>
    private const uint Unknown = 1_000;

    public static Dictionary<string, string> Of(byte[] message, SerializerSession session)
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        var reader = Reader.Create(message, session);
        var root = reader.ReadFieldHeader();
        Read(ref reader, root, "", fields);
        return fields;
    }

    /// <summary>The message with one more field at its end, as a later build would write it.</summary>
    public static byte[] WithUnknownField(byte[] message, SerializerSession session)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = Writer.Create(buffer, session);
        writer.Write(message.AsSpan(..^1)); // all but the end of the object
        StringCodec.WriteField(ref writer, Unknown, "of a later build");
        writer.WriteEndObject();
        writer.Commit();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Read<T>(
        ref Reader<T> reader,
        Field field,
        string path,
        Dictionary<string, string> fields
    )
    {
        var type = field.IsSchemaTypeValid ? $"{field.SchemaType} {field.FieldType}" : "";
        fields.Add(path, $"{field.WireType} {type} {Content(ref reader, field)}");
        if (field.WireType != WireType.TagDelimited)
        {
            return;
        }
        var level = 0; // of the type's ancestors, each of which counts from 0
        var number = 0u;
        var nth = 0; // elements of a list share a number
        while (true)
        {
            var next = reader.ReadFieldHeader();
            if (next.IsEndObject)
            {
                return;
            }
            if (next.IsEndBaseFields)
            {
                (level, number, nth) = (level + 1, 0, 0);
                continue;
            }
            nth = next.FieldIdDelta == 0 ? nth + 1 : 0;
            number += next.FieldIdDelta;
            Read(
                ref reader,
                next,
                string.Create(CultureInfo.InvariantCulture, $"{path}/{level}.{number}.{nth}"),
                fields
            );
        }
    }

    private static string Content<T>(ref Reader<T> reader, Field field) =>
        field.WireType switch
        {
            WireType.VarInt => reader.ReadVarUInt64().ToString(CultureInfo.InvariantCulture),
            WireType.Fixed32 => reader.ReadUInt32().ToString(CultureInfo.InvariantCulture),
            WireType.Fixed64 => reader.ReadUInt64().ToString(CultureInfo.InvariantCulture),
            WireType.LengthPrefixed => Convert.ToHexString(
                reader.ReadBytes(reader.ReadVarUInt32())
            ),
            WireType.Reference => reader.ReadVarUInt32().ToString(CultureInfo.InvariantCulture),
            _ => "",
        };
}
