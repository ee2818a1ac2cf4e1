using System.Diagnostics.Tracing;
using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>What the load costs the process that makes it. A generator without a free core, or in a long pause, measures itself.</summary>
internal sealed class GeneratorWatch : IDisposable
{
    private readonly PauseListener _pauses = new();
    private readonly RunClock _clock;
    private readonly TimeSpan _startedAt;
    private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private readonly int _collections = GC.CollectionCount(0);
    private readonly TimeSpan _pause = GC.GetTotalPauseDuration();
    private readonly long _allocated = GC.GetTotalAllocatedBytes();
    private int _threads;

    public GeneratorWatch(RunClock clock)
    {
        _clock = clock;
        _startedAt = clock.Now;
    }

    public void Sample() => _threads = Math.Max(_threads, ThreadPool.ThreadCount);

    public GeneratorReport Report()
    {
        Sample();
        var elapsed = (_clock.Now - _startedAt).TotalSeconds;
        return new(
            elapsed > 0 ? (Environment.CpuUsage.TotalTime - _cpu).TotalSeconds / elapsed : 0,
            // Every collection is one of generation 0 too.
            GC.CollectionCount(0) - _collections,
            (GC.GetTotalPauseDuration() - _pause).TotalMilliseconds,
            _pauses.Longest.TotalMilliseconds,
            GC.GetTotalAllocatedBytes() - _allocated,
            _threads
        );
    }

    public void Dispose() => _pauses.Dispose();

    /// <summary>The runtime sums its pauses up; only its events tell how long each was.</summary>
    private sealed class PauseListener : EventListener
    {
        private const EventKeywords Collections = (EventKeywords)0x1;
        private const int Suspending = 9;
        private const int Resumed = 3;

        private DateTime _suspendedAt;

        public TimeSpan Longest { get; private set; }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            {
                EnableEvents(eventSource, EventLevel.Informational, Collections);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventId == Suspending)
            {
                _suspendedAt = eventData.TimeStamp;
            }
            else if (eventData.EventId == Resumed && _suspendedAt != default)
            {
                var pause = eventData.TimeStamp - _suspendedAt;
                Longest = pause > Longest ? pause : Longest;
            }
        }
    }
}
