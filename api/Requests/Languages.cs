namespace PointsMall.Api.Requests;

/// <summary>The languages that the caller reads, best first: RFC 9110 Accept-Language, matched as RFC 4647 look-up does.</summary>
internal sealed class Languages
{
    private const int MaxRanges = 10;
    private readonly string[] _ranges;

    private Languages(string[] ranges) => _ranges = ranges;

    public static Languages Of(HttpRequest request)
    {
        var header = request.GetTypedHeaders().AcceptLanguage;
        return new Languages([
            .. header
                .Where(range => range.Quality is not 0 && range.Value.Value is not ("*" or null))
                .OrderByDescending(range => range.Quality ?? 1)
                .Take(MaxRanges)
                .Select(range => range.Value.Value!),
        ]);
    }

    /// <summary>
    /// The best of the languages on offer, or null for the default: the caller's tag exactly, else cut from its end
    /// (<c>zh-Hans-CN</c>, <c>zh-Hans</c>, <c>zh</c>), where <c>zh</c> also takes <c>zh-CN</c>.
    /// </summary>
    public string? Choose(IReadOnlyList<string> offered, string defaultLanguage)
    {
        foreach (var range in _ranges)
        {
            for (var tag = range; tag.Length > 0; tag = Shorten(tag))
            {
                if (Matches(defaultLanguage, tag))
                {
                    return null;
                }
                var found =
                    offered.FirstOrDefault(language =>
                        language.Equals(tag, StringComparison.OrdinalIgnoreCase)
                    ) ?? offered.FirstOrDefault(language => Matches(language, tag));
                if (found is not null)
                {
                    return found;
                }
            }
        }
        return null;
    }

    private static bool Matches(string language, string tag) =>
        language.Equals(tag, StringComparison.OrdinalIgnoreCase)
        || language.StartsWith(tag + "-", StringComparison.OrdinalIgnoreCase);

    private static string Shorten(string tag) =>
        tag.LastIndexOf('-') is var dash and > 0 ? tag[..dash] : "";
}
