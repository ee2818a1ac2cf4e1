using Microsoft.Extensions.Options;

namespace PointsMall.Api.Silos;

/// <summary>Settings <c>Calls:*</c>: how long the API tries, and how much at once.</summary>
internal sealed class CallOptions
{
    public const string Section = "Calls";

    /// <summary>How long one attempt of a command may take.</summary>
    public TimeSpan Attempt { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the API tries in all before it answers.</summary>
    public TimeSpan Budget { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Commands in this process that wait for their answers; more are refused as overloaded.</summary>
    public int MaxInFlight { get; set; } = 16_384;
}

internal sealed class CallOptionsValidator : IValidateOptions<CallOptions>
{
    /// <summary>The contracts' response time-out.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    public ValidateOptionsResult Validate(string? name, CallOptions options) =>
        options.Attempt > TimeSpan.Zero
        && options.Attempt <= ResponseTimeout
        && options.Budget >= options.Attempt
        && options.Budget <= TimeSpan.FromMinutes(1)
        && options.MaxInFlight is >= 1 and <= 1_000_000
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                "Calls: Attempt must be above 0 and at most 5 s, Budget from Attempt to 1 min, MaxInFlight from 1 to 1,000,000."
            );
}
