using NBomber.Contracts;
using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.LoadTests.Runner;

/// <summary>What whoever starts a run knows beyond its scenarios: the machine, the processes under test, the books afterwards.</summary>
public interface IRunExtras
{
    /// <summary>Called when the warm-up is over and the measured load begins.</summary>
    Task Started(DateTimeOffset startedAt);

    /// <summary>Shown in the reports, in this order, after the runner's own.</summary>
    IReadOnlyList<Fact> Facts();

    /// <summary>What the processes under test measured of themselves. Asked for once, when the load has ended.</summary>
    Task<IReadOnlyList<MetricSeries>> Metrics();

    /// <summary>Checks the books. Asked for once, when every scenario and its clean have ended; null when there is nothing to check.</summary>
    Task<VerdictReport?> Verdict(NodeStats stats);

    /// <summary>Called last: the reports are written, <see cref="RunReport.Passed"/> is the run's result.</summary>
    void Ended(RunReport report) { }
}

/// <summary>What NBomber's API has no place for.</summary>
public static class RunExtrasExtensions
{
    public static NBomberContext WithExtras(this NBomberContext context, IRunExtras extras)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context with { Extras = extras };
    }
}
