namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>Where a value lies along an axis, from 0 at its start to 1 at its end, and where the axis has its ticks.</summary>
internal sealed record Scale
{
    private const int MostTicks = 6;

    public required double From { get; init; }
    public required double To { get; init; }
    public required bool IsLog { get; init; }
    public required IReadOnlyList<double> Ticks { get; init; }

    /// <summary>From zero to the first round number at or above the largest value.</summary>
    public static Scale Linear(double largest)
    {
        var step = RoundStep(largest > 0 ? largest / (MostTicks - 1) : 0.2);
        var count = Math.Max(1, (int)Math.Ceiling(largest / step - 1e-9));
        return new()
        {
            From = 0,
            To = count * step,
            IsLog = false,
            Ticks = [.. Enumerable.Range(0, count + 1).Select(tick => tick * step)],
        };
    }

    /// <summary>From 1, 2 or 5 times a power of ten to another; of values above zero.</summary>
    public static Scale Log(double smallest, double largest)
    {
        var from = RoundDown(smallest);
        var to = RoundUp(Math.Max(largest, smallest));
        if (from >= to)
        {
            to = RoundUp(from * 1.5);
        }
        var all = Rounds(from, to).ToList();
        var decades = all.Where(tick => IsDecade(tick)).ToList();
        return new()
        {
            From = from,
            To = to,
            IsLog = true,
            Ticks = all.Count <= MostTicks + 1 || decades.Count < 2 ? all : decades,
        };
    }

    /// <summary>From zero to just the last second, with ticks at round numbers of seconds or minutes.</summary>
    public static Scale Seconds(double last)
    {
        double[] steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
        var end = last > 0 ? last : 1;
        var step = steps.FirstOrDefault(step => end / step <= MostTicks + 0.5, end / MostTicks);
        return new()
        {
            From = 0,
            To = end,
            IsLog = false,
            Ticks =
            [
                .. Enumerable.Range(0, (int)(end / step + 1e-9) + 1).Select(tick => tick * step),
            ],
        };
    }

    public double At(double value)
    {
        var share = IsLog
            ? Math.Log(Math.Max(value, From) / From) / Math.Log(To / From)
            : (value - From) / (To - From);
        return Math.Clamp(share, 0, 1);
    }

    private static double RoundStep(double atLeast)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(atLeast)));
        double[] rounds = [1, 2, 5];
        return rounds
            .Select(round => round * power)
            .FirstOrDefault(step => step >= atLeast * (1 - 1e-9), 10 * power);
    }

    private static double RoundDown(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        double[] rounds = [5, 2, 1];
        return rounds.Select(round => round * power).First(round => round <= value * (1 + 1e-9));
    }

    private static double RoundUp(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        double[] rounds = [1, 2, 5, 10];
        return rounds.Select(round => round * power).First(round => round >= value * (1 - 1e-9));
    }

    private static IEnumerable<double> Rounds(double from, double to)
    {
        for (var tick = from; tick <= to * (1 + 1e-9); tick = RoundUp(tick * 1.5))
        {
            yield return tick;
        }
    }

    private static bool IsDecade(double tick)
    {
        var exponent = Math.Log10(tick);
        return Math.Abs(exponent - Math.Round(exponent)) < 1e-6;
    }
}
