namespace PointsMall.LoadTests.Bench.Watching;

/// <summary>All series of a run. Sources say what they see at a tick; what only grows is turned into its growth a second, or into a mean.</summary>
internal sealed class SeriesBook
{
    private readonly Dictionary<(string Source, string Name), SampledSeries> _series = [];
    private readonly Dictionary<
        (string Source, string Name),
        (double At, double Value, double Count)
    > _last = [];

    public IReadOnlyList<SampledSeries> Series => [.. _series.Values];

    /// <summary>Begins anew; what grows goes on from where it was.</summary>
    public void Forget() => _series.Clear();

    /// <summary>A value as it is now.</summary>
    public void Set(string source, string name, string unit, double at, double value)
    {
        if (!_series.TryGetValue((source, name), out var series))
        {
            _series.Add((source, name), series = new SampledSeries(source, name, unit));
        }
        series.Add(at, value);
    }

    /// <summary>A total that grows: what it grew by, a second.</summary>
    public void Rate(string source, string name, string unit, double at, double total)
    {
        if (_last.TryGetValue((source, name), out var last) && at > last.At && total >= last.Value)
        {
            Set(source, name, unit, at, (total - last.Value) / (at - last.At));
        }
        _last[(source, name)] = (at, total, 0);
    }

    /// <summary>A sum and a count that grow: the mean of what was added since the last tick; nothing when nothing was.</summary>
    public void Mean(string source, string name, string unit, double at, double sum, double count)
    {
        if (_last.TryGetValue((source, name), out var last) && count > last.Count)
        {
            Set(source, name, unit, at, (sum - last.Value) / (count - last.Count));
        }
        _last[(source, name)] = (at, sum, count);
    }
}
