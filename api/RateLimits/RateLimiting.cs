using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using PointsMall.Api.Authentication;
using PointsMall.Api.Problems;

namespace PointsMall.Api.RateLimits;

/// <summary>
/// Gives each caller a token bucket and every answer its RateLimit headers. Runs after authentication, so that a member is one caller
/// wherever it comes from. The counts are this process's own.
/// </summary>
internal sealed class RateLimiting
{
    /// <summary>Callers that are remembered; beyond it those not seen for longest start anew.</summary>
    private const int Capacity = 200_000;

    private readonly RequestDelegate _next;
    private readonly Buckets _members;
    private readonly Buckets _staff;
    private readonly Buckets _addresses;

    public RateLimiting(
        RequestDelegate next,
        IOptions<RateLimitOptions> options,
        TimeProvider clock
    )
    {
        _next = next;
        _members = new Buckets(options.Value.Member.ToLimit(), clock);
        _staff = new Buckets(options.Value.Staff.ToLimit(), clock);
        _addresses = new Buckets(options.Value.Address.ToLimit(), clock);
    }

    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<Unlimited>() is not null)
        {
            return _next(http);
        }
        var (buckets, caller) = CallerOf(http);
        var decision = buckets.Take(caller);

        var headers = http.Response.Headers;
        headers["RateLimit-Limit"] = buckets.LimitHeader;
        headers["RateLimit-Remaining"] = decision.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = decision.ResetSeconds.ToString(CultureInfo.InvariantCulture);
        return decision.Allowed
            ? _next(http)
            : new Problem(Errors.RateLimited)
            {
                RetryAfterSeconds = decision.RetryAfterSeconds,
            }.ExecuteAsync(http);
    }

    private (Buckets Buckets, CallerKey Caller) CallerOf(HttpContext http)
    {
        if (http.User.MemberId() is { } memberId)
        {
            return (_members, new CallerKey(memberId, null));
        }
        return http.User.Subject() is { } subject
            ? (_staff, new CallerKey(default, subject))
            : (_addresses, new CallerKey(NetworkOf(http.Connection.RemoteIpAddress), null));
    }

    /// <summary>IPv4 addresses count one by one; whoever has one IPv6 address has 2^64 of them.</summary>
    private static Guid NetworkOf(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (address is not null)
        {
            address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            address.TryWriteBytes(bytes, out _);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                bytes[8..].Clear();
            }
        }
        return MemoryMarshal.Read<Guid>(bytes);
    }

    private readonly record struct CallerKey(Guid Id, string? Subject);

    /// <summary>The buckets of one kind of caller. One that is not used for the time of a refill is full, so forgetting it changes nothing.</summary>
    private sealed class Buckets(RateLimit limit, TimeProvider clock)
    {
        private readonly GenerationalCache<CallerKey, TokenBucket> _buckets = new(
            Capacity,
            limit.Refill,
            clock
        );

        private readonly long _start = clock.GetTimestamp();

        public string LimitHeader { get; } = limit.Burst.ToString(CultureInfo.InvariantCulture);

        public RateDecision Take(CallerKey caller)
        {
            if (!_buckets.TryGet(caller, out var bucket))
            {
                bucket = _buckets.GetOrAdd(caller, new TokenBucket());
            }
            return bucket.Take(limit, clock.GetElapsedTime(_start).Ticks);
        }
    }
}

/// <summary>Marks an endpoint that no limit applies to: probes come from the same address all day.</summary>
internal sealed class Unlimited;
