namespace PointsMall.LoadTests.Runner.Recording;

/// <summary>
/// Takes samples from any thread. Threads spread over a few stripes, each with a lock of its own that is hardly ever contended; at the end of an
/// interval a stripe's measurement is changed for an empty one under the lock, and added up outside it, so that recording never waits for that.
/// </summary>
internal sealed class Recorder
{
    private static readonly int StripeCount = Math.Clamp(Environment.ProcessorCount, 1, 8);
    private readonly Stripe[] _stripes =
    [
        .. Enumerable.Range(0, StripeCount).Select(_ => new Stripe()),
    ];

    public void Record(in Sample sample) =>
        _stripes[Environment.CurrentManagedThreadId % StripeCount].Record(sample);

    /// <summary>Adds what came since the last time to <paramref name="sum"/>. One caller at a time.</summary>
    public void DrainTo(Measurement sum)
    {
        foreach (var stripe in _stripes)
        {
            stripe.DrainTo(sum);
        }
    }

    private sealed class Stripe
    {
        private readonly Lock _lock = new();
        private Measurement _live = new();
        private Measurement _spare = new();

        public void Record(in Sample sample)
        {
            lock (_lock)
            {
                _live.Record(sample);
            }
        }

        public void DrainTo(Measurement sum)
        {
            Measurement full;
            lock (_lock)
            {
                full = _live;
                _live = _spare;
            }
            sum.Add(full);
            full.Reset();
            _spare = full;
        }
    }
}
