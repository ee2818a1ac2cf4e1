namespace PointsMall.LoadTests.Scenarios;

/// <summary>A choice in which the second is taken half as often as the first, the third a third as often, and so on.</summary>
internal sealed class Zipf
{
    private readonly double[] _upTo;

    /// <param name="count">Things to choose from.</param>
    public Zipf(int count)
    {
        _upTo = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            _upTo[i] = sum += 1.0 / (i + 1);
        }
    }

    /// <summary>A number from 0, the most popular.</summary>
    public int Next(Random random)
    {
        var found = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
        return Math.Min(found < 0 ? ~found : found, _upTo.Length - 1);
    }
}
