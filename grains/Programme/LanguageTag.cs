using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace PointsMall.Grains.Programme;

/// <summary>
/// BCP 47 tags as the mall writes them: language, script, region, each in its canonical case, so that equal languages are equal strings.
/// </summary>
public static partial class LanguageTag
{
    /// <summary>What to tell somebody whose tag is refused.</summary>
    public const string Expected =
        "A BCP 47 tag of language, script and region in their usual case, as zh, zh-CN or zh-Hant-TW";

    public static bool IsValid([NotNullWhen(true)] string? tag) =>
        tag is not null && Pattern().IsMatch(tag);

    [GeneratedRegex(
        @"\A[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100
    )]
    private static partial Regex Pattern();
}
