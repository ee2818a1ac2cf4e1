using System.Globalization;
using System.Text.RegularExpressions;

namespace PointsMall.Api.Requests;

/// <summary>Instants as requests and rows carry them.</summary>
internal static partial class Instants
{
    /// <summary>Reads RFC 3339 with an offset, within the years that the database can hold without ambiguity.</summary>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        return text is not null
            && Rfc3339.IsMatch(text)
            && DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out instant
            )
            && instant.UtcDateTime.Year is >= 2000 and < 10_000;
    }

    /// <summary>Npgsql gives timestamptz as a UTC <see cref="DateTime"/>.</summary>
    public static DateTimeOffset ToInstant(this DateTime utc) => new(utc, TimeSpan.Zero);

    public static DateTimeOffset? ToInstant(this DateTime? utc) => utc?.ToInstant();

    [GeneratedRegex(
        @"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,7})?([Zz]|[+-]\d\d:\d\d)\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100
    )]
    private static partial Regex Rfc3339 { get; }
}
