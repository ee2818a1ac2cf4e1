using NBomber.Contracts.Metrics;
using NBomber.CSharp;
using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>The counters and gauges of a run, and how they went.</summary>
internal sealed class MetricRegistry
{
    private readonly Lock _lock = new();
    private readonly List<(string Scenario, IMetric Metric, List<MetricPoint> Points)> _all = [];

    public void Register(string scenario, IMetric metric)
    {
        if (metric is not (Metric.Counter or Metric.Gauge))
        {
            throw new ArgumentException("not made by Metric", nameof(metric));
        }
        lock (_lock)
        {
            if (_all.TrueForAll(one => one.Metric != metric))
            {
                _all.Add((scenario, metric, []));
            }
        }
    }

    public void Sample(TimeSpan elapsed)
    {
        lock (_lock)
        {
            foreach (var (_, metric, points) in _all)
            {
                points.Add(new(elapsed.TotalSeconds, Value(metric)));
            }
        }
    }

    public MetricStats Stats()
    {
        lock (_lock)
        {
            return new(
                [
                    .. _all.Select(one => one.Metric)
                        .OfType<Metric.Counter>()
                        .Select(one => new CounterStats(
                            one.MetricName,
                            one.UnitOfMeasure,
                            one.Value
                        )),
                ],
                [
                    .. _all.Select(one => one.Metric)
                        .OfType<Metric.Gauge>()
                        .Select(one => new GaugeStats(
                            one.MetricName,
                            one.UnitOfMeasure,
                            one.Value
                        )),
                ]
            );
        }
    }

    public IReadOnlyList<MetricSeries> Series()
    {
        lock (_lock)
        {
            return
            [
                .. _all.Select(one => new MetricSeries(
                    one.Scenario,
                    one.Metric.MetricName,
                    one.Metric.UnitOfMeasure,
                    [.. one.Points]
                )),
            ];
        }
    }

    private static double Value(IMetric metric) =>
        metric switch
        {
            Metric.Counter counter => counter.Value,
            Metric.Gauge gauge => gauge.Value,
            _ => 0,
        };
}
