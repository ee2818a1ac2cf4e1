namespace NBomber.Contracts.Metrics;

/// <summary>A figure that a scenario keeps of its own.</summary>
public interface IMetric
{
    string MetricName { get; }
    string UnitOfMeasure { get; }
}

/// <summary>A sum. Any thread may add.</summary>
public interface ICounter : IMetric
{
    void Add(long value);
}

/// <summary>The last value set. Any thread may set.</summary>
public interface IGauge : IMetric
{
    void Set(double value);
}

public sealed record CounterStats(string MetricName, string UnitOfMeasure, long Value);

public sealed record GaugeStats(string MetricName, string UnitOfMeasure, double Value);

/// <summary>All registered counters and gauges as they stand.</summary>
public sealed record MetricStats(CounterStats[] Counters, GaugeStats[] Gauges);
