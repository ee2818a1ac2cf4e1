using PointsMall.LoadTests.Runner.Engine;

namespace PointsMall.Tests.Load.Runner;

/// <summary>
/// A clock that jumps from event to event. All work is done by the thread that waits, in the order of time, so a minute of load takes a moment and
/// comes out the same each time.
/// </summary>
internal sealed class VirtualClock : RunClock
{
    private static readonly DateTimeOffset Start = new(2026, 11, 11, 0, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<TaskCompletionSource, (TimeSpan At, int Order)> _timers = new();
    private readonly Queue<IThreadPoolWorkItem> _work = new();
    private TimeSpan _now;
    private int _order;

    public override TimeSpan Now => _now;
    public override DateTimeOffset UtcNow => Start + _now;

    public override void WaitUntil(TimeSpan at, CancellationToken stop)
    {
        DoWork();
        while (
            !stop.IsCancellationRequested
            && _timers.TryPeek(out var timer, out var due)
            && due.At <= at
        )
        {
            _timers.Dequeue();
            Advance(due.At - _now);
            timer.SetResult();
            DoWork();
        }
        if (!stop.IsCancellationRequested)
        {
            Advance(at - _now);
        }
    }

    public override void Dispatch(IThreadPoolWorkItem work) => _work.Enqueue(work);

    /// <summary>A server that takes its time.</summary>
    public Task Delay(TimeSpan time)
    {
        var timer = new TaskCompletionSource();
        _timers.Enqueue(timer, (_now + time, _order++));
        return timer.Task;
    }

    /// <summary>Time in which nothing else is done: whoever runs holds the thread.</summary>
    public void Advance(TimeSpan time) => _now += time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private void DoWork()
    {
        while (_work.TryDequeue(out var work))
        {
            work.Execute();
        }
    }
}
