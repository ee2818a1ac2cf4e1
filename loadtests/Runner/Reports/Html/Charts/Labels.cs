using System.Globalization;

namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>The words at an axis.</summary>
internal static class Labels
{
    public static string Value(double value) =>
        value >= 1e6
            ? (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M"
            : value.ToString("#,0.###", CultureInfo.InvariantCulture);

    public static string Seconds(double seconds) =>
        seconds.ToString("0.#", CultureInfo.InvariantCulture) + " s";

    /// <summary>Seconds of a short run; minutes and seconds of a long one.</summary>
    public static Func<double, string> ClockFor(double lastSecond) =>
        lastSecond <= 180
            ? Seconds
            : seconds =>
                TimeSpan
                    .FromSeconds(seconds)
                    .ToString(
                        lastSecond < 3600 ? @"m\:ss" : @"h\:mm\:ss",
                        CultureInfo.InvariantCulture
                    );
}
