using System.Text.Json;

namespace PointsMall.LoadTests.Http;

/// <summary>Takes out of an answer's JSON what every scenario asks for, and reads no further.</summary>
internal static class AnswerBody
{
    /// <summary>More than the API has; a server that invents codes does not fill the memory.</summary>
    private const int MaxCodes = 100;

    /// <summary>The codes seen so far, so that a refusal makes no string.</summary>
    private static volatile (byte[] Utf8, string Text)[] _codes = [];

    /// <summary>The <c>code</c> of a problem; null when it has none.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static string? CodeOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return TryEnter(ref reader, "code"u8) && reader.TokenType == JsonTokenType.String
            ? Known(reader.ValueSpan)
            : null;
    }

    /// <summary>The <c>orderId</c> of the <c>order</c> in an answer; null when it has none.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static Guid? OrderIdOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return
            TryEnter(ref reader, "order"u8)
            && reader.TokenType == JsonTokenType.StartObject
            && TryFind(ref reader, "orderId"u8)
            && reader.TokenType == JsonTokenType.String
            && reader.TryGetGuid(out var orderId)
            ? orderId
            : null;
    }

    private static bool TryEnter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        reader.Read() && reader.TokenType == JsonTokenType.StartObject && TryFind(ref reader, name);

    /// <summary>Goes on to the value of a property of the object that was entered.</summary>
    private static bool TryFind(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
            {
                return true;
            }
            reader.Skip();
        }
        return false;
    }

    private static string Known(ReadOnlySpan<byte> code)
    {
        foreach (var (utf8, text) in _codes)
        {
            if (code.SequenceEqual(utf8))
            {
                return text;
            }
        }
        var added = System.Text.Encoding.UTF8.GetString(code);
        if (_codes.Length < MaxCodes)
        {
            // Two threads may add at once and one of them be lost: it is added again next time.
            _codes = [.. _codes, (code.ToArray(), added)];
        }
        return added;
    }
}
