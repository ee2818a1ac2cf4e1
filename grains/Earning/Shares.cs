using System.Numerics;

namespace PointsMall.Grains.Earning;

/// <summary>
/// Divides a whole number by weights: each share is the exact one rounded down, and what is left goes one by one to the largest remainders,
/// earlier ones first. No share is above its weight when the whole is not above their sum.
/// </summary>
public static class Shares
{
    /// <param name="whole">Not negative.</param>
    /// <param name="weights">Not negative; with no weight at all nothing is divided.</param>
    public static long[] Of(long whole, ReadOnlySpan<BigInteger> weights)
    {
        var sum = BigInteger.Zero;
        foreach (var weight in weights)
        {
            sum += weight;
        }
        var shares = new long[weights.Length];
        if (sum.IsZero)
        {
            return shares;
        }
        var remainders = new BigInteger[weights.Length];
        var left = whole;
        for (var i = 0; i < weights.Length; i++)
        {
            shares[i] = (long)BigInteger.DivRem(whole * weights[i], sum, out remainders[i]);
            left -= shares[i];
        }
        var order = Enumerable
            .Range(0, weights.Length)
            .OrderByDescending(i => remainders[i])
            .Take((int)left);
        foreach (var i in order)
        {
            shares[i]++;
        }
        return shares;
    }

    /// <summary>Line awards that come to fewer points in all.</summary>
    internal static ImmutableArray<LineAward> Scale(ImmutableArray<LineAward> lines, long points)
    {
        var shares = Of(points, [.. lines.Select(line => (BigInteger)line.Points)]);
        return
        [
            .. lines
                .Select((line, i) => line with { Points = shares[i] })
                .Where(line => line.Points > 0),
        ];
    }
}
