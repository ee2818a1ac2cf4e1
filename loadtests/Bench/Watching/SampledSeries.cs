namespace PointsMall.LoadTests.Bench.Watching;

/// <summary>Something that was measured again and again while a load ran.</summary>
/// <param name="Source">The process: silo1, api, postgres, bench.</param>
/// <param name="Name">What: "batch size", "CPU".</param>
/// <param name="Unit">Its unit: units, ms, cores, MB.</param>
public sealed record SampledSeries(string Source, string Name, string Unit)
{
    private readonly List<Sample> _samples = [];

    public IReadOnlyList<Sample> Samples => _samples;

    internal void Add(double atSeconds, double value) => _samples.Add(new(atSeconds, value));
}

/// <param name="AtSeconds">From the beginning of the measured load.</param>
/// <param name="Value">In the series' unit.</param>
public readonly record struct Sample(double AtSeconds, double Value);
