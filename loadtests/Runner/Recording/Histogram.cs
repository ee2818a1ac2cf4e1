using HdrHistogram;

namespace PointsMall.LoadTests.Runner.Recording;

/// <summary>
/// Values that fall into an HdrHistogram of three digits. It takes its memory with its first value, since most measurements have no failures and many
/// no sizes. Never averaged: figures of threads, intervals and steps are made by adding histograms.
/// </summary>
internal sealed class Histogram(long highest)
{
    private const int Digits = 3;
    private LongHistogram? _values;
    private long _min = long.MaxValue;
    private long _max;

    public long Count => _values?.TotalCount ?? 0;

    public void Record(long value)
    {
        var bounded = Math.Clamp(value, 0, highest);
        Values().RecordValue(bounded);
        _min = Math.Min(_min, bounded);
        _max = Math.Max(_max, bounded);
    }

    public void Add(Histogram other)
    {
        if (other.Count > 0)
        {
            Values().Add(other._values!);
            _min = Math.Min(_min, other._min);
            _max = Math.Max(_max, other._max);
        }
    }

    public void Reset()
    {
        if (Count > 0)
        {
            _values!.Reset();
            _min = long.MaxValue;
            _max = 0;
        }
    }

    /// <summary>0 when there is nothing.</summary>
    public double At(double percentile) =>
        Count == 0 ? 0 : Math.Min(_values!.GetValueAtPercentile(percentile), _max);

    public double Min => Count == 0 ? 0 : _min;
    public double Max => _max;
    public double Mean => Count == 0 ? 0 : _values!.GetMean();
    public double StdDev => Count == 0 ? 0 : _values!.GetStdDeviation();

    /// <summary>Each recorded value, rounded down to three digits, with how often it was seen; rising.</summary>
    public IEnumerable<(long Value, long Count)> Recorded() =>
        Count == 0
            ? []
            : _values!
                .RecordedValues()
                .Select(one =>
                    (
                        _values.LowestEquivalentValue(one.ValueIteratedTo),
                        one.CountAddedInThisIterationStep
                    )
                );

    private LongHistogram Values() => _values ??= new LongHistogram(highest, Digits);
}
