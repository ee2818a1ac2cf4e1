namespace PointsMall.Api.RateLimits;

/// <summary>A limit: so many requests at once, and so many a second after that.</summary>
/// <param name="PerSecond">Requests a second in the long run, above 0.</param>
/// <param name="Burst">Requests that may come at once, at least 1.</param>
internal readonly record struct RateLimit(double PerSecond, int Burst)
{
    /// <summary>Ticks of 100 ns that one request uses up.</summary>
    public long Interval => (long)(TimeSpan.TicksPerSecond / PerSecond);

    /// <summary>How long an empty bucket takes to fill.</summary>
    public TimeSpan Refill => TimeSpan.FromTicks(Interval * Burst);
}

/// <summary>What a bucket said.</summary>
/// <param name="Allowed">The request may go on.</param>
/// <param name="Remaining">Requests left at once.</param>
/// <param name="ResetSeconds">Seconds until the bucket is full.</param>
/// <param name="RetryAfterSeconds">Seconds until the next request is allowed, when this one was not.</param>
internal readonly record struct RateDecision(
    bool Allowed,
    int Remaining,
    int ResetSeconds,
    int RetryAfterSeconds
);

/// <summary>
/// A token bucket kept as one number: the instant at which it will be full again. Taking a token moves it by one interval; when that would be
/// more than a whole burst ahead of now, there is none left.
/// </summary>
internal sealed class TokenBucket
{
    private long _fullAt;

    /// <param name="limit">The limit, the same in every call.</param>
    /// <param name="now">Ticks of 100 ns of a clock that never runs back.</param>
    public RateDecision Take(RateLimit limit, long now)
    {
        var interval = limit.Interval;
        var burst = interval * limit.Burst;
        while (true)
        {
            var before = Volatile.Read(ref _fullAt);
            var after = Math.Max(before, now) + interval;
            if (after - now > burst)
            {
                return new RateDecision(
                    Allowed: false,
                    Remaining: 0,
                    Seconds(before - now),
                    Seconds(after - now - burst)
                );
            }
            if (Interlocked.CompareExchange(ref _fullAt, after, before) == before)
            {
                return new RateDecision(
                    Allowed: true,
                    (int)((burst - (after - now)) / interval),
                    Seconds(after - now),
                    RetryAfterSeconds: 0
                );
            }
        }
    }

    private static int Seconds(long ticks) =>
        (int)Math.Ceiling((double)ticks / TimeSpan.TicksPerSecond);
}
