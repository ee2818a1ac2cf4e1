using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Runner.Recording;
using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>A scenario's load as it becomes figures: point by point while it runs, and in all.</summary>
internal sealed class ScenarioResult(ScenarioRun run)
{
    /// <summary>Late and dropped iterations beyond this share make the figures the generator's, not the server's.</summary>
    public const double MostOutOfPace = 0.001;

    /// <summary>A shorter rest at the end makes no point: its rates would be noise.</summary>
    private static readonly TimeSpan ShortestPoint = TimeSpan.FromMilliseconds(250);

    private readonly List<IntervalPoint> _series = [];
    private TimeSpan _drainedAt;

    public ScenarioRun Run { get; } = run;

    public IReadOnlyList<ThresholdCheck> Checks { get; } =
    [.. run.Props.Thresholds.Select(one => new ThresholdCheck(run.Props.ScenarioName, one))];

    /// <summary>Takes up what came since the last time.</summary>
    /// <param name="now">Since the end of the warm-up.</param>
    public IntervalPoint Drain(TimeSpan now)
    {
        var during = now - _drainedAt;
        var interval = Run.Figures.Drain();
        var point = Measurements.Point(interval, now, during, Run.Open);
        var isOver = Run.HasEnded && interval.AllCount == 0;
        if (during >= ShortestPoint && !isOver)
        {
            _series.Add(point);
        }
        _drainedAt = now;
        return point;
    }

    public ScenarioStats Stats(OperationType operation)
    {
        var during = Run.Measured;
        var total = Run.Figures.Total();
        return new(
            Run.Props.ScenarioName,
            Statistics.Ok(total, during),
            Statistics.Fail(total, during),
            [
                .. Run.Figures.Steps.Select(step => new StepStats(
                    step.Name,
                    Statistics.Ok(step.Total, during),
                    Statistics.Fail(step.Total, during)
                )),
            ],
            new(Run.Simulation, Run.Load),
            operation,
            total.OkByteSum + total.FailByteSum,
            during
        );
    }

    public ScenarioReport Report()
    {
        var during = Run.Measured;
        return new(
            Run.Props.ScenarioName,
            [.. Run.Props.LoadSimulations.Select(Simulations.Words)],
            during,
            Measurements.Report(Run.Props.ScenarioName, Run.Figures.Total(), during),
            [
                .. Run.Figures.Steps.Select(step =>
                    Measurements.Report(step.Name, step.Total, during)
                ),
            ],
            [.. Checks.Select(one => one.Report)],
            Pace(),
            [.. _series]
        );
    }

    public PaceReport Pace()
    {
        var iterations = Run.Figures.Iterations;
        var started = iterations.AllCount + Run.Open;
        var scheduled = started + Run.Dropped;
        return new(
            scheduled,
            started,
            iterations.Late,
            Run.Dropped,
            Measurement.LateAfter.TotalMilliseconds,
            iterations.MaxLate.TotalMilliseconds,
            iterations.Late + Run.Dropped <= MostOutOfPace * scheduled
        );
    }

    /// <summary>Why the scenario does not pass.</summary>
    public IEnumerable<string> Problems()
    {
        var name = Run.Props.ScenarioName;
        var pace = Pace();
        if (!pace.Kept)
        {
            yield return FormattableString.Invariant(
                $"{name}: the generator could not keep pace: of {pace.Scheduled} iterations {pace.Late} started more than {pace.LateAfterMs:0} ms late (the latest by {pace.MaxLateMs:0} ms) and {pace.Dropped} were dropped; the figures are the generator's, not the server's"
            );
        }
        if (Run.Open > 0)
        {
            yield return FormattableString.Invariant(
                $"{name}: {Run.Open} iterations were still open after the completion timeout and are in no figure"
            );
        }
        foreach (var check in Checks.Where(one => !one.Passed))
        {
            yield return check.Problem;
        }
    }
}
