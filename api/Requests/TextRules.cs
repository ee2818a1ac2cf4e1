using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PointsMall.Api.Problems;

namespace PointsMall.Api.Requests;

/// <summary>What a text must be before it goes further: no control characters, well-formed Unicode, NFC, a length.</summary>
internal static partial class TextRules
{
    /// <summary>A text that must be there and say something.</summary>
    public static string RequiredText(this FieldErrors errors, string field, string? value, int max)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            errors.Add(field, $"must be 1 to {max} characters and not blank");
            return "";
        }
        return errors.Text(field, value, max)!;
    }

    /// <summary>A text that may be missing. Returns it in NFC.</summary>
    public static string? Text(this FieldErrors errors, string field, string? value, int max)
    {
        if (value is null)
        {
            return null;
        }
        if (!IsWellFormed(value))
        {
            errors.Add(field, "must not contain control characters or unpaired surrogates");
            return "";
        }
        var normalized = value.IsNormalized() ? value : value.Normalize();
        if (CountCharacters(normalized) > max)
        {
            errors.Add(field, $"must be at most {max} characters");
        }
        return normalized;
    }

    /// <summary>A text of a given form that may be missing.</summary>
    public static string? Matching(
        this FieldErrors errors,
        string field,
        string? value,
        int max,
        Regex form,
        string what
    )
    {
        if (value is null)
        {
            return null;
        }
        if (value.Length > max || !form.IsMatch(value))
        {
            errors.Add(field, $"must be {what}, at most {max} characters");
        }
        return value;
    }

    /// <summary>A JSON string of a part that was left as JSON; null when it is no well-formed text, which only shows when it is read.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static bool IsWellFormed(ReadOnlySpan<char> value)
    {
        while (!value.IsEmpty)
        {
            if (
                Rune.DecodeFromUtf16(value, out var rune, out var consumed)
                    != System.Buffers.OperationStatus.Done
                || Rune.IsControl(rune)
            )
            {
                return false;
            }
            value = value[consumed..];
        }
        return true;
    }

    private static int CountCharacters(string value)
    {
        var count = 0;
        foreach (var _ in value.EnumerateRunes())
        {
            count++;
        }
        return count;
    }

    [GeneratedRegex(
        @"^[a-z][a-z0-9_]*\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 100
    )]
    public static partial Regex SnakeCase { get; }

    [GeneratedRegex(
        @"^\+[1-9][0-9]{5,14}\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 100
    )]
    public static partial Regex E164 { get; }

    [GeneratedRegex(
        @"^[^@\s]+@[^@\s]+\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 100
    )]
    public static partial Regex EmailAddress { get; }
}
