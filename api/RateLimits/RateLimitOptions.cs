using Microsoft.Extensions.Options;

namespace PointsMall.Api.RateLimits;

/// <summary>
/// Settings <c>RateLimits:*</c>. A caller is its token's subject, or its address when it has no valid token: a storefront's server may speak
/// for all its members from one address.
/// </summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>False switches all limits off, as for load tests.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Each member.</summary>
    public RateLimitSetting Member { get; set; } = new() { PerSecond = 20, Burst = 200 };

    /// <summary>Each staff or partner token's subject.</summary>
    public RateLimitSetting Staff { get; set; } = new() { PerSecond = 2_000, Burst = 5_000 };

    /// <summary>Each address without a valid token; an IPv6 network of 64 bits counts as one.</summary>
    public RateLimitSetting Address { get; set; } = new() { PerSecond = 50, Burst = 300 };
}

internal sealed class RateLimitSetting
{
    /// <summary>Requests a second in the long run.</summary>
    public double PerSecond { get; set; }

    /// <summary>Requests that may come at once.</summary>
    public int Burst { get; set; }

    public RateLimit ToLimit() => new(PerSecond, Burst);

    public bool IsValid => PerSecond is > 0.001 and <= 1_000_000 && Burst is >= 1 and <= 1_000_000;
}

internal sealed class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>
{
    public ValidateOptionsResult Validate(string? name, RateLimitOptions options) =>
        options.Member.IsValid && options.Staff.IsValid && options.Address.IsValid
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                "RateLimits: PerSecond must be from 0.001 to 1,000,000 and Burst from 1 to 1,000,000, for Member, Staff and Address."
            );
}
