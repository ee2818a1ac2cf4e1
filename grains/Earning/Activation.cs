namespace PointsMall.Grains.Earning;

/// <summary>What the return window of an award counts from.</summary>
public enum ActivationStart
{
    /// <summary>No window: the points can be spent at once.</summary>
    AtOnce = 1,

    /// <summary>The payment.</summary>
    Paid = 2,

    /// <summary>The delivery.</summary>
    Delivered = 3,
}

/// <summary>When an award's points can be spent.</summary>
/// <param name="From">What the window counts from.</param>
/// <param name="Days">Whole days that the window lasts after the day that it counts from, 0 to 365; 0 is the very instant.</param>
public sealed record Activation(ActivationStart From, int Days)
{
    public const int MaxDays = 365;

    public static Activation AtOnce { get; } = new(ActivationStart.AtOnce, Days: 0);

    /// <summary>The first instant at which the points can be spent; null while the delivery that it counts from is not known.</summary>
    public DateTimeOffset? At(
        Calendar calendar,
        DateTimeOffset paidAt,
        DateTimeOffset? deliveredAt
    ) =>
        From switch
        {
            ActivationStart.AtOnce => paidAt,
            ActivationStart.Paid => After(calendar, paidAt),
            ActivationStart.Delivered => deliveredAt is { } at ? After(calendar, at) : null,
            _ => throw new InvalidOperationException($"Unknown start {From}"),
        };

    private DateTimeOffset After(Calendar calendar, DateTimeOffset from) =>
        Days == 0 ? from : calendar.EndOfValidity(from, Days);
}
