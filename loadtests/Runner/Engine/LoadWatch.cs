using NBomber.Contracts.Stats;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>What happens every second of the load: figures are taken up and shown, thresholds checked when it is their time.</summary>
internal sealed class LoadWatch(
    RunSession session,
    RunClock clock,
    IReadOnlyList<ScenarioResult> results,
    MetricRegistry metrics,
    GeneratorWatch generator,
    TimeSpan checkEvery,
    Action<IReadOnlyList<ScenarioPoint>> show
) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly TimeSpan _startedAt = clock.Now;
    private int _checked;

    void IThreadPoolWorkItem.Execute()
    {
        lock (_lock)
        {
            TakeUp();
        }
    }

    /// <summary>What came after the last second, and the last word on the thresholds.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            var now = clock.Now - _startedAt;
            foreach (var result in results)
            {
                result.Drain(now);
            }
            metrics.Sample(now);
            Check((check, stats) => check.CheckNow(stats, metrics.Stats()), OperationType.Complete);
        }
    }

    private void TakeUp()
    {
        var now = clock.Now - _startedAt;
        show([
            .. results.Select(result => new ScenarioPoint(
                result.Run.Props.ScenarioName,
                result.Run.HasEnded ? "done" : result.Run.Simulation,
                result.Drain(now)
            )),
        ]);
        metrics.Sample(now);
        generator.Sample();
        // Half a second of slack: a second that comes a little early is not another one.
        if (now + TimeSpan.FromSeconds(0.5) >= checkEvery * (_checked + 1))
        {
            _checked++;
            Check(
                (check, stats) => check.Check(now, stats, metrics.Stats()),
                OperationType.Bombing
            );
            if (results.SelectMany(one => one.Checks).Any(one => one.Aborts))
            {
                session.End();
            }
        }
    }

    private void Check(Action<ThresholdCheck, ScenarioStats> check, OperationType operation)
    {
        foreach (var result in results.Where(one => one.Checks.Count > 0))
        {
            var stats = result.Stats(operation);
            foreach (var one in result.Checks)
            {
                check(one, stats);
            }
        }
    }
}
