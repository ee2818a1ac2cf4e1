using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>The time of a run, and who does the work at it. Tests have one that jumps from event to event.</summary>
internal abstract class RunClock
{
    /// <summary>Since some moment before the run.</summary>
    public abstract TimeSpan Now { get; }
    public abstract DateTimeOffset UtcNow { get; }

    /// <summary>Returns at the time, or at once when it is past or <paramref name="stop"/> is cancelled.</summary>
    public abstract void WaitUntil(TimeSpan at, CancellationToken stop);

    /// <summary>Has the work done by another thread, in no order.</summary>
    public abstract void Dispatch(IThreadPoolWorkItem work);
}

/// <summary>
/// The real one. .NET's waits end on the millisecond, which is as long as a good answer takes; so the last part of a wait is the kernel's own sleep
/// (Linux, where load is made; elsewhere waits are a millisecond coarse). It never spins: on a machine of two cores that would be half of the server's.
/// </summary>
internal sealed partial class SystemClock(TimeProvider time) : RunClock
{
    /// <summary>A wait shorter than the kernel's own slack is not worth a switch of threads.</summary>
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMicroseconds(50);
    private static readonly TimeSpan Coarse = TimeSpan.FromMilliseconds(3);

    private readonly long _origin = Stopwatch.GetTimestamp();

    public override TimeSpan Now => Stopwatch.GetElapsedTime(_origin);
    public override DateTimeOffset UtcNow => time.GetUtcNow();

    public override void WaitUntil(TimeSpan at, CancellationToken stop)
    {
        for (
            var left = at - Now;
            left > TimeSpan.Zero && !stop.IsCancellationRequested;
            left = at - Now
        )
        {
            if (left > Coarse || !OperatingSystem.IsLinux())
            {
                stop.WaitHandle.WaitOne(
                    left > Coarse ? left - Coarse : TimeSpan.FromMilliseconds(1)
                );
            }
            else
            {
                Sleep(left > ShortestSleep ? left : ShortestSleep);
            }
        }
    }

    public override void Dispatch(IThreadPoolWorkItem work) =>
        ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);

    private static void Sleep(TimeSpan time) =>
        _ = NanoSleep(
            new()
            {
                Seconds = (long)time.TotalSeconds,
                Nanoseconds = (long)time.TotalNanoseconds % 1_000_000_000,
            },
            IntPtr.Zero
        );

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in Span wait, IntPtr left);

    /// <summary>The kernel's <c>timespec</c> on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Span
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
