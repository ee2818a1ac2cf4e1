using System.Globalization;
using System.Text;
using System.Text.Json;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Earning;

/// <summary>Rulebooks as they come in. What they say is checked by the silos, which are the ones to understand it.</summary>
internal static class RulebookJson
{
    public const string Format = "points-mall-rulebook/1";

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = Limits.RulebookJsonDepth,
    };

    /// <summary>The request's body as text.</summary>
    /// <exception cref="ProblemException">It is not JSON.</exception>
    public static async Task<string> Read(HttpContext http)
    {
        var bytes = await RequestBytes.Read(http);
        using var document = Parse(bytes);
        return Encoding.UTF8.GetString(bytes.Span);
    }

    /// <summary>The rulebook in an exported file, and the note that came with it.</summary>
    /// <exception cref="ProblemException">It is no such file.</exception>
    public static async Task<(string Document, string? Note)> ReadFile(HttpContext http)
    {
        using var document = Parse(await RequestBytes.Read(http));
        var file = document.RootElement;
        var errors = new FieldErrors();
        if (
            file.ValueKind != JsonValueKind.Object
            || !file.TryGetProperty("format", out var format)
            || format.ValueKind != JsonValueKind.String
            || !format.ValueEquals(Format)
        )
        {
            throw ProblemException.Invalid("format", $"must be {Format}: the file of an export");
        }
        if (!file.TryGetProperty("rulebook", out var rulebook))
        {
            throw ProblemException.Invalid("rulebook", "is needed");
        }
        var note =
            file.TryGetProperty("note", out var text) && text.ValueKind == JsonValueKind.String
                ? errors.Text("note", TextRules.TextOf(text), Limits.Note)
                : null;
        errors.ThrowIfAny();
        return (rulebook.GetRawText(), note);
    }

    public static JsonElement ToElement(string json) => JsonElement.Parse(json, Options);

    /// <summary>A version's number, or null for the word <c>draft</c>.</summary>
    /// <exception cref="ProblemException">It is neither.</exception>
    public static long? VersionOrDraft(IQueryCollection query, string name)
    {
        var text = query[name].ToString();
        if (text == "draft")
        {
            return null;
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw ProblemException.Invalid(name, "must be a version's number, or draft");
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes, Options);
        }
        catch (JsonException failure)
        {
            throw new ProblemException(JsonFailures.ToProblem(failure));
        }
    }
}
