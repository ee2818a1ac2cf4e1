namespace PointsMall.Grains;

/// <summary>Bounds of texts. What characters a text may have is checked where it comes in, by the API.</summary>
internal static class Texts
{
    /// <summary>From <paramref name="min"/> to <paramref name="max"/> Unicode characters, and not all blank when there must be any.</summary>
    public static bool Fits(string? text, int min, int max) =>
        text is not null
        && text.EnumerateRunes().Count() <= max
        && (min == 0 || !string.IsNullOrWhiteSpace(text));

    /// <summary>A lower-case letter, then such letters, digits and underscores.</summary>
    public static bool IsSnakeCase(string? text, int max) =>
        text is { Length: >= 1 }
        && text.Length <= max
        && char.IsAsciiLetterLower(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}
