using NBomber.Contracts.Metrics;

namespace NBomber.CSharp;

/// <summary>Makes figures that a scenario keeps of its own. They are registered in its init.</summary>
public static class Metric
{
    /// <summary>A sum that may rise and fall.</summary>
    public static ICounter CreateCounter(string name, string unitOfMeasure) =>
        new Counter(name, unitOfMeasure);

    /// <summary>A value of which the last one counts.</summary>
    public static IGauge CreateGauge(string name, string unitOfMeasure) =>
        new Gauge(name, unitOfMeasure);

    internal sealed class Counter(string name, string unit) : ICounter
    {
        private long _value;

        public string MetricName { get; } = name;
        public string UnitOfMeasure { get; } = unit;
        public long Value => Interlocked.Read(ref _value);

        public void Add(long value) => Interlocked.Add(ref _value, value);
    }

    internal sealed class Gauge(string name, string unit) : IGauge
    {
        private double _value;

        public string MetricName { get; } = name;
        public string UnitOfMeasure { get; } = unit;
        public double Value => Volatile.Read(ref _value);

        public void Set(double value) => Volatile.Write(ref _value, value);
    }
}
