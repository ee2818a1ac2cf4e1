namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>
/// The moments at which the iterations of an open model are due. Each interval gets its exact number; inside it they fall at random, as people do, so
/// that the queueing which a crowd causes is there to be measured (evenly spaced arrivals would hide it). Made one after the other, never stored.
/// </summary>
internal static class Arrivals
{
    /// <summary>Rates run linearly from <paramref name="from"/> to <paramref name="to"/> arrivals an interval.</summary>
    public static IEnumerable<TimeSpan> Ramp(
        double from,
        double to,
        TimeSpan interval,
        TimeSpan during,
        Random random
    )
    {
        var intervals = during / interval;
        var slope = (to - from) / intervals;
        var begun = 0L;
        for (var number = 0; number < intervals; number++)
        {
            var start = Due(number, from, slope);
            var end = Due(Math.Min(number + 1, intervals), from, slope);
            var count = Whole(end) - begun;
            begun += count;
            foreach (var share in Shares(count, random))
            {
                var due = start + (share * (end - start));
                yield return interval * Math.Min(At(due, from, slope), intervals);
            }
        }
    }

    /// <summary>Each interval draws its number.</summary>
    public static IEnumerable<TimeSpan> Random(
        int minRate,
        int maxRate,
        TimeSpan interval,
        TimeSpan during,
        Random random
    )
    {
        var intervals = during / interval;
        for (var number = 0; number < intervals; number++)
        {
            var part = Math.Min(1, intervals - number);
            var count = Whole(random.NextInt64(minRate, maxRate + 1L) * part);
            foreach (var share in Shares(count, random))
            {
                yield return interval * (number + (share * part));
            }
        }
    }

    /// <summary>Arrivals due by then, <paramref name="intervals"/> after the start.</summary>
    private static double Due(double intervals, double from, double slope) =>
        (from * intervals) + (slope * intervals * intervals / 2);

    /// <summary>The inverse: when the arrivals due are so many.</summary>
    private static double At(double due, double from, double slope)
    {
        if (due <= 0)
        {
            return 0;
        }
        // The numerically stable root: it holds for a slope of 0 too.
        var root = Math.Sqrt(Math.Max(0, (from * from) + (2 * slope * due)));
        return 2 * due / (from + root);
    }

    /// <summary>So many uniform random numbers of [0, 1), rising: each is the least of those left above the one before.</summary>
    private static IEnumerable<double> Shares(long count, Random random)
    {
        var share = 0.0;
        for (var left = count; left > 0; left--)
        {
            share += (1 - share) * (1 - Math.Pow(1 - random.NextDouble(), 1.0 / left));
            yield return share;
        }
    }

    /// <summary>Whole arrivals; a sum of fractions that misses one by a rounding error has it.</summary>
    private static long Whole(double due) => (long)Math.Floor(due + 1e-6);
}
