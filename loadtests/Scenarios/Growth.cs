using System.Globalization;
using PointsMall.LoadTests.Bench.Watching;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>How something grew in the two halves of a run, each by the straight line that fits its samples best.</summary>
/// <param name="Name">The process and what was measured.</param>
/// <param name="Unit">Of the values.</param>
/// <param name="Level">Mean of the last half.</param>
/// <param name="First">Growth over the first half.</param>
/// <param name="Last">Growth over the last half.</param>
/// <param name="Accumulates">True for what grows with every command by design: a ledger is never cut.</param>
internal sealed record Growth(
    string Name,
    string Unit,
    double Level,
    double First,
    double Last,
    bool Accumulates
)
{
    public const string Rule =
        "less than 1 MB in the last half is no growth; else memory, activations and tables changed in place level off when the last half grew by at most half of what the first did, or by at most 5 % of the level, and tables that only get more rows when it grew by at most a quarter more than the first";

    /// <summary>Before, caches and heaps are still being filled.</summary>
    public static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(10);

    private const int FewestSamples = 8;
    private const double SmallShare = 0.05;
    private const double SmallMb = 1;

    private static readonly string[] Levels = ["memory", "heap", "activations"];
    private static readonly string[] InPlace = ["member_account", "stock"];

    public bool LevelsOff =>
        (Unit == "MB" && Last < SmallMb)
        || (
            Accumulates
                ? Last <= 1.25 * Math.Max(First, 0)
                : Last <= Math.Max(0.5 * First, SmallShare * Level)
        );

    /// <returns>Null for a series that says nothing about growth, or has too few samples.</returns>
    public static Growth? Of(SampledSeries series)
    {
        var isSize =
            series.Name.StartsWith("table ", StringComparison.Ordinal)
            || series.Name.StartsWith("indexes of ", StringComparison.Ordinal);
        // The generator keeps every answer of the run by design.
        var isLevel = Levels.Contains(series.Name) && series.Source != "bench";
        if ((!isSize && !isLevel) || series.Samples.Count < FewestSamples)
        {
            return null;
        }
        var samples = series.Samples;
        var middle = (samples[0].AtSeconds + samples[^1].AtSeconds) / 2;
        Sample[] first = [.. samples.Where(sample => sample.AtSeconds <= middle)];
        Sample[] last = [.. samples.Where(sample => sample.AtSeconds > middle)];
        return new Growth(
            $"{series.Source} {series.Name}",
            series.Unit,
            last.Average(sample => sample.Value),
            GrowthOver(first),
            GrowthOver(last),
            isSize
                && !InPlace.Any(table =>
                    series.Name.EndsWith(' ' + table, StringComparison.Ordinal)
                )
        );
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Level:0.#} {Unit}, grew by {First:0.##} in the first half and {Last:0.##} in the last"
        );

    /// <summary>Slope of the least squares line, times the time that the samples span.</summary>
    private static double GrowthOver(Sample[] samples)
    {
        var meanAt = samples.Average(sample => sample.AtSeconds);
        var mean = samples.Average(sample => sample.Value);
        var spread = samples.Sum(sample => Math.Pow(sample.AtSeconds - meanAt, 2));
        return spread == 0
            ? 0
            : samples.Sum(sample => (sample.AtSeconds - meanAt) * (sample.Value - mean))
                / spread
                * (samples[^1].AtSeconds - samples[0].AtSeconds);
    }
}
