namespace PointsMall.LoadTests.Compare;

/// <summary>Which SKUs are redeemed.</summary>
internal enum Workload
{
    /// <summary>One SKU by everybody.</summary>
    Hot,

    /// <summary>1,000 SKUs, evenly.</summary>
    Spread,
}

/// <summary>One measured run.</summary>
/// <param name="System">Of the contestant.</param>
/// <param name="Workload">Which.</param>
/// <param name="Round">From 1.</param>
/// <param name="Rate">Redemptions a second that were acknowledged.</param>
/// <param name="Failed">Answers that were no redemption.</param>
/// <param name="P50Ms">Half of the answers came within.</param>
/// <param name="P99Ms">99 % did.</param>
/// <param name="Cores">Processor time a second, by process; the generator's own under "load".</param>
/// <param name="WarmUpSeconds">How long it was loaded before.</param>
/// <param name="Steady">The rate no longer changed when it began.</param>
internal sealed record Measured(
    string System,
    Workload Workload,
    int Round,
    double Rate,
    long Failed,
    double P50Ms,
    double P99Ms,
    IReadOnlyDictionary<string, double> Cores,
    int WarmUpSeconds,
    bool Steady
);
