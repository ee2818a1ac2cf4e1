namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>
/// Does what the plans of all scenarios say, each thing at its time, on one thread that does nothing else: no iteration runs on it, so none delays
/// the next.
/// </summary>
internal sealed class Scheduler(
    RunClock clock,
    IReadOnlyList<ScenarioRun> runs,
    TimeSpan completionTimeout,
    IThreadPoolWorkItem? everySecond
)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>How often a scenario that starts nothing more is asked whether it has its answers.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    /// <summary>How long iterations may take to notice that they are given up.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ScenarioRun, IEnumerator<PlanEvent>> _plans = [];
    private TimeSpan _startedAt;
    private TimeSpan _nextSecond = Second;

    /// <summary>Returns when every scenario has ended and has its answers, or has given up on them.</summary>
    public void Run(CancellationToken stop)
    {
        _startedAt = clock.Now;
        // The same seed for each run: what is compared met the same arrivals.
        var seed = 1;
        foreach (var run in runs)
        {
            run.Begin(_startedAt);
            var plan = run.Plan.Events(new Random(seed++)).GetEnumerator();
            if (plan.MoveNext())
            {
                _plans.Add(run, plan);
            }
        }
        while (!runs.All(IsDone))
        {
            Step(stop);
        }
    }

    private void Step(CancellationToken stop)
    {
        var next = NextPlan();
        var at = next?.Value.Current.At ?? TimeSpan.MaxValue;
        if (_plans.Count < runs.Count)
        {
            at = Earlier(at, clock.Now - _startedAt + Glance);
        }
        var isSecond = _nextSecond <= at;
        at = Earlier(at, _nextSecond);
        clock.WaitUntil(
            _startedAt + at,
            stop.IsCancellationRequested ? CancellationToken.None : stop
        );
        if (stop.IsCancellationRequested && _plans.Count > 0)
        {
            EndAll();
        }
        else if (isSecond)
        {
            _nextSecond += Second;
            if (everySecond is not null)
            {
                clock.Dispatch(everySecond);
            }
        }
        else if (next is { } plan && plan.Value.Current.At <= at)
        {
            Do(plan.Key, plan.Value);
        }
    }

    private void Do(ScenarioRun run, IEnumerator<PlanEvent> plan)
    {
        if (!run.HasEnded)
        {
            run.Do(plan.Current);
        }
        if (run.HasEnded || !plan.MoveNext())
        {
            plan.Dispose();
            _plans.Remove(run);
        }
    }

    private void EndAll()
    {
        foreach (var run in runs)
        {
            run.Stop();
        }
        foreach (var plan in _plans.Values)
        {
            plan.Dispose();
        }
        _plans.Clear();
    }

    private bool IsDone(ScenarioRun run)
    {
        if (!run.HasEnded)
        {
            return false;
        }
        if (run.Open == 0)
        {
            return true;
        }
        var waited = clock.Now - run.EndedAt;
        if (waited >= completionTimeout && !run.GivenUp.IsCancellationRequested)
        {
            run.GiveUp();
        }
        return waited >= completionTimeout + Grace;
    }

    private KeyValuePair<ScenarioRun, IEnumerator<PlanEvent>>? NextPlan()
    {
        KeyValuePair<ScenarioRun, IEnumerator<PlanEvent>>? next = null;
        foreach (var plan in _plans)
        {
            if (next is null || plan.Value.Current.At < next.Value.Value.Current.At)
            {
                next = plan;
            }
        }
        return next;
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
