using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>What the load costs the process that makes it. A generator without a free core, or in a long pause, measures itself.</summary>
internal sealed class GeneratorWatch : IDisposable
{
    private readonly Pauses _pauses = new();
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

    public void Dispose() => _pauses.End();

    /// <summary>
    /// The runtime sums its pauses up but tells only of the last how long it was, so each must be asked for before the next: an object that nobody
    /// holds is finalized after the collection that finds it, and leaves another for the next.
    /// </summary>
    private sealed class Pauses
    {
        private volatile bool _over;
        private long _longestTicks;

        public Pauses() => Plant();

        public TimeSpan Longest => TimeSpan.FromTicks(Volatile.Read(ref _longestTicks));

        public void End() => _over = true;

        private void Plant() => _ = new Seed(this);

        private void Collected()
        {
            // Written by the finalizer thread alone.
            foreach (var pause in GC.GetGCMemoryInfo(GCKind.Any).PauseDurations)
            {
                Volatile.Write(ref _longestTicks, Math.Max(_longestTicks, pause.Ticks));
            }
            if (!_over)
            {
                Plant();
            }
        }

        private sealed class Seed(Pauses pauses)
        {
#pragma warning disable MA0055 // It holds nothing: the finalizer is the runtime's only word that a collection is over.
            ~Seed() => pauses.Collected();
#pragma warning restore MA0055
        }
    }
}
