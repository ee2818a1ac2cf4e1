using System.Text.Json;
using System.Text.RegularExpressions;
using PointsMall.Api.Problems;

namespace PointsMall.Api.Requests;

/// <summary>What the serializer found wrong, in the request's own words: its messages name .NET types.</summary>
internal static partial class JsonFailures
{
    public static Problem ToProblem(JsonException failure)
    {
        var field = FieldOf(failure.Path);
        var message = failure.Message;
        if (message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return Named(field, "is not a field of this request");
        }
        if (message.StartsWith("Duplicate property", StringComparison.Ordinal))
        {
            return Named(field, "was sent more than once");
        }
        if (
            message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
            && field.Length > 0
        )
        {
            return Named(field, "has a value of the wrong type or form");
        }
        if (MissingField.Match(message) is { Success: true } missing)
        {
            return Named(missing.Groups["field"].Value, "is needed");
        }
        return new Problem(Errors.InvalidRequest)
        {
            Detail = failure.LineNumber is { } line
                ? $"The body is not valid JSON of the expected shape (line {line + 1}, byte {failure.BytePositionInLine + 1})."
                : "The body is not valid JSON of the expected shape.",
        };
    }

    private static Problem Named(string field, string message)
    {
        var errors = new FieldErrors();
        errors.Add(field, message);
        return errors.ToProblem();
    }

    /// <summary><c>$.items[0].quantity</c> is <c>items[0].quantity</c> to the caller.</summary>
    private static string FieldOf(string? path) =>
        path is null ? "" : path.TrimStart('$').TrimStart('.');

    [GeneratedRegex(
        "missing required properties including: '(?<field>[^']+)'",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 100
    )]
    private static partial Regex MissingField { get; }
}
