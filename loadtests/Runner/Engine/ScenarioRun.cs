using System.Collections.Concurrent;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Runner.Recording;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>One scenario in one part of the run, the warm-up or the load. The scheduler tells it what is due; it keeps count of what that became.</summary>
internal sealed class ScenarioRun(
    RunSession session,
    RunClock clock,
    ScenarioProps props,
    LoadPlan plan,
    OperationType operation
) : IDisposable
{
    /// <summary>Each fault is counted; so many are logged.</summary>
    private const int MostLogged = 10;

    private readonly CancellationTokenSource _givenUp = new();
    private readonly Lock _lock = new();

    /// <summary>Copies of an open model that wait for an arrival.</summary>
    private readonly ConcurrentQueue<Iteration> _idle = new();

    /// <summary>Copies of a closed model; those in <see cref="_running"/> have not ended.</summary>
    private readonly List<Iteration> _copies = [];
    private readonly HashSet<int> _running = [];

    private TimeSpan _startedAt;
    private long _endedAt = long.MaxValue;
    private long _lastAnswerAt;
    private volatile bool _stopped;
    private int _target;
    private int _open;
    private int _made;
    private int _fails;
    private int _logged;
    private int _left = plan.Iterations ?? int.MaxValue;

    public RunSession Session { get; } = session;
    public RunClock Clock { get; } = clock;
    public ScenarioProps Props { get; } = props;
    public LoadPlan Plan { get; } = plan;
    public OperationType Operation { get; } = operation;
    public ScenarioFigures Figures { get; } = new(props.StatsBasedOnIterations);
    public bool IsClosed { get; } = plan.IsClosed;

    /// <summary>Cancelled when its open iterations have had their time.</summary>
    public CancellationToken GivenUp => _givenUp.Token;
    public int Open => Volatile.Read(ref _open);
    public bool HasEnded => _stopped;

    /// <summary>Arrivals of an open model that were due and not started, since too many were open.</summary>
    public long Dropped { get; private set; }

    /// <summary>What the plan is doing, in words.</summary>
    public string Simulation { get; private set; } = "";

    /// <summary>Copies of a closed model, open iterations of an open one.</summary>
    public int Load => IsClosed ? Volatile.Read(ref _target) : Open;

    /// <summary>When nothing more was started.</summary>
    public TimeSpan EndedAt => TimeSpan.FromTicks(Interlocked.Read(ref _endedAt));

    /// <summary>Since its start; stands still when it has ended.</summary>
    public TimeSpan Elapsed => (_stopped ? EndedAt : Clock.Now) - _startedAt;

    /// <summary>
    /// What its rates are over: from its start to its end without pauses, or to the last answer when that came later. A server that still answers for
    /// seconds what came in before the end has not reached the rate at which it came.
    /// </summary>
    public TimeSpan Measured
    {
        get
        {
            var elapsed = Elapsed;
            var last = TimeSpan.FromTicks(Interlocked.Read(ref _lastAnswerAt)) - _startedAt;
            return (last > elapsed ? last : elapsed) - Plan.PausedBy(elapsed);
        }
    }

    public void Begin(TimeSpan now) => _startedAt = now;

    public ScenarioInfo Info(int number) =>
        new(
            $"{Props.ScenarioName}_{number}",
            number,
            Props.ScenarioName,
            Plan.Duration,
            Operation == OperationType.WarmUp ? ScenarioOperation.WarmUp : ScenarioOperation.Bombing
        );

    /// <summary>Does what the plan says. Called by the scheduler alone.</summary>
    public void Do(PlanEvent due)
    {
        switch (due.Action)
        {
            case PlanAction.Simulation:
                Simulation = Plan.Words(due.Value);
                break;
            case PlanAction.Copies:
                SetCopies(due.Value, _startedAt + due.At);
                break;
            case PlanAction.Arrive:
                Arrive(_startedAt + due.At);
                break;
            default:
                Stop();
                break;
        }
    }

    /// <returns>False when it had ended before.</returns>
    public bool Stop()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return false;
            }
            Interlocked.Exchange(ref _endedAt, Clock.Now.Ticks);
            _stopped = true;
            return true;
        }
    }

    public void GiveUp() => _givenUp.Cancel();

    /// <summary>True while a copy is to begin another iteration. A copy that gets false has ended.</summary>
    public bool Continues(Iteration copy)
    {
        if (MayStart(copy))
        {
            return true;
        }
        lock (_lock)
        {
            if (!_stopped && copy.Number < _target && _left > 0)
            {
                return Continues(copy);
            }
            _running.Remove(copy.Number);
            Answered(copy);
            Interlocked.Decrement(ref _open);
        }
        if (Volatile.Read(ref _left) <= 0 && Open == 0)
        {
            Stop();
        }
        return false;
    }

    /// <summary>A copy of an open model has run its iteration.</summary>
    public void Ended(Iteration iteration)
    {
        Answered(iteration);
        Interlocked.Decrement(ref _open);
        _idle.Enqueue(iteration);
    }

    public void Record(in Sample sample, bool explainedByStep)
    {
        Figures.Record(sample, explainedByStep);
        if (sample.IsError && !explainedByStep)
        {
            CountFail();
        }
    }

    public void CountFail()
    {
        if (Interlocked.Increment(ref _fails) == Props.MaxFailCount)
        {
            Session.Abort(
                $"{Props.ScenarioName}: {Props.MaxFailCount} failed answers, the most that are let happen (MaxFailCount)"
            );
        }
    }

    public void Log(Exception fault, string step)
    {
        if (!Faults.IsTimeout(fault) && Interlocked.Increment(ref _logged) <= MostLogged)
        {
            Session.Logger.Error(
                fault,
                "Unhandled exception in scenario {Scenario}, step {Step}",
                Props.ScenarioName,
                step
            );
        }
    }

    public void Dispose() => _givenUp.Dispose();

    private bool MayStart(Iteration copy) =>
        !_stopped
        && copy.Number < Volatile.Read(ref _target)
        && (Plan.Iterations is null || Interlocked.Decrement(ref _left) >= 0);

    private void SetCopies(int count, TimeSpan at)
    {
        lock (_lock)
        {
            Volatile.Write(ref _target, count);
            for (var number = 0; number < count && !_stopped; number++)
            {
                if (!_running.Add(number))
                {
                    continue;
                }
                if (number == _copies.Count)
                {
                    _copies.Add(new Iteration(this, number));
                }
                _copies[number].ScheduledAt = at;
                Interlocked.Increment(ref _open);
                Clock.Dispatch(_copies[number]);
            }
        }
    }

    private void Arrive(TimeSpan at)
    {
        if (Open >= Props.MaxOpenIterations)
        {
            Dropped++;
            return;
        }
        Interlocked.Increment(ref _open);
        if (!_idle.TryDequeue(out var iteration))
        {
            iteration = new Iteration(this, _made++);
        }
        iteration.ScheduledAt = at;
        Clock.Dispatch(iteration);
    }

    /// <summary>The time of the last answer matters when it comes after the end.</summary>
    private void Answered(Iteration iteration)
    {
        var at = iteration.EndedAt.Ticks;
        for (
            var last = Interlocked.Read(ref _lastAnswerAt);
            at > last;
            last = Interlocked.Read(ref _lastAnswerAt)
        )
        {
            if (Interlocked.CompareExchange(ref _lastAnswerAt, at, last) == last)
            {
                return;
            }
        }
    }
}
