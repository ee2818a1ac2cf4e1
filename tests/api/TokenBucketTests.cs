using Microsoft.Extensions.Time.Testing;
using PointsMall.Api;
using PointsMall.Api.RateLimits;

namespace PointsMall.Tests.Api;

public sealed class TokenBucketTests
{
    private static readonly RateLimit Limit = new(PerSecond: 10, Burst: 3);
    private const long Tenth = TimeSpan.TicksPerSecond / 10;

    [Fact]
    public void A_burst_is_allowed_and_then_one_every_interval()
    {
        var bucket = new TokenBucket();
        var taken = Enumerable.Range(0, 4).Select(_ => bucket.Take(Limit, 1_000)).ToArray();

        Assert.Equal([true, true, true, false], taken.Select(decision => decision.Allowed));
        Assert.Equal([2, 1, 0, 0], taken.Select(decision => decision.Remaining));
        Assert.Equal(1, taken[3].RetryAfterSeconds);
        Assert.False(bucket.Take(Limit, 1_000 + Tenth - 1).Allowed);
        Assert.True(bucket.Take(Limit, 1_000 + Tenth).Allowed);
        Assert.False(bucket.Take(Limit, 1_000 + Tenth).Allowed);
    }

    [Fact]
    public void A_full_bucket_gets_no_fuller()
    {
        var bucket = new TokenBucket();
        var later = 100 * TimeSpan.TicksPerSecond;
        var taken = Enumerable.Range(0, 4).Select(_ => bucket.Take(Limit, later).Allowed);
        Assert.Equal([true, true, true, false], taken);
    }

    [Fact]
    public void Parallel_callers_share_one_burst()
    {
        var bucket = new TokenBucket();
        var limit = new RateLimit(PerSecond: 0.01, Burst: 500);
        var allowed = 0;
        Parallel.For(
            0,
            2_000,
            _ =>
            {
                if (bucket.Take(limit, 1).Allowed)
                {
                    Interlocked.Increment(ref allowed);
                }
            }
        );
        Assert.Equal(500, allowed);
    }

    [Fact]
    public void The_cache_is_bounded_and_keeps_what_is_used()
    {
        var clock = new FakeTimeProvider();
        var cache = new GenerationalCache<int, string>(100, TimeSpan.FromMinutes(1), clock);
        var kept = cache.GetOrAdd(-1, "kept");
        for (var i = 0; i < 10_000; i++)
        {
            cache.GetOrAdd(i, "passing");
            Assert.True(cache.TryGet(-1, out var held));
            Assert.Same(kept, held);
        }
        Assert.InRange(cache.Count, 1, 101);
        Assert.False(cache.TryGet(0, out _));
    }

    [Fact]
    public void What_is_not_used_for_two_generations_is_forgotten()
    {
        var clock = new FakeTimeProvider();
        var cache = new GenerationalCache<int, string>(100, TimeSpan.FromMinutes(1), clock);
        cache.GetOrAdd(1, "old");
        for (var i = 2; i < 4; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(61));
            cache.GetOrAdd(i, "new");
        }
        Assert.False(cache.TryGet(1, out _));
    }
}
