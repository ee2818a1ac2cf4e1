using System.Globalization;
using System.Text;

namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>Numbers and texts as every report writes them: invariant culture, a comma for thousands, a fixed number of decimals.</summary>
internal static class Figures
{
    public const string Unknown = "-";

    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Ms(double value) => Number(value, "#,0.00");

    public static string Rate(double value) => Number(value, "#,0.0");

    public static string Percent(double value) => Number(value, "0.00");

    /// <summary>As many digits as the eye takes in: 0.42, 9.87, 98.7, 987, 12,345.</summary>
    public static string Short(double value) =>
        Math.Abs(value) switch
        {
            < 10 => Number(value, "0.##"),
            < 100 => Number(value, "0.#"),
            _ => Number(value, "#,0"),
        };

    public static string Kilobytes(double bytes) => Number(bytes / 1024, "#,0.0");

    public static string Time(TimeSpan value) =>
        value.ToString(
            value < TimeSpan.FromDays(1) ? @"hh\:mm\:ss" : @"d\.hh\:mm\:ss",
            CultureInfo.InvariantCulture
        );

    public static string At(DateTimeOffset value) =>
        value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A share in percent of a whole that may be zero.</summary>
    public static double Share(long part, long whole) => whole == 0 ? 0 : 100.0 * part / whole;

    /// <summary>One line without control characters: a message from outside must not break a table or drive a terminal.</summary>
    public static string OneLine(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }
        var line = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            line.Append(char.IsControl(character) ? ' ' : character);
        }
        return line.ToString();
    }

    private static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : Unknown;
}
