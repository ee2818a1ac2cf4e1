using NodaTime;

namespace PointsMall.Grains.Earning;

/// <summary>A rule: for what, under which conditions, how many points, and on what terms.</summary>
public sealed record Rule
{
    /// <summary>Most points of one award.</summary>
    public const long MaxPoints = 1_000_000_000_000_000;

    public required string Id { get; init; }

    /// <summary>The type of the events that it is about.</summary>
    public required string Event { get; init; }
    public bool Active { get; init; } = true;

    /// <summary>In the programme's zone: the first instant at which the rule applies.</summary>
    public LocalDateTime? Start { get; init; }

    /// <summary>In the programme's zone: the first instant at which it no longer does.</summary>
    public LocalDateTime? End { get; init; }

    /// <summary>Holds for the event, or the rule does not fire; none holds always.</summary>
    public Condition? When { get; init; }

    /// <summary>Holds for the lines of the purchase that count; none counts all.</summary>
    public Condition? Lines { get; init; }
    public required Reward Reward { get; init; }
    public BaseTerms Base { get; init; } = new();
    public Rounding Rounding { get; init; } = Rounding.Floor;

    /// <summary>Higher ones first.</summary>
    public int Priority { get; init; }

    /// <summary>The group that the rule competes in.</summary>
    public string? Group { get; init; }

    /// <summary>Ids of caps, in the order in which they are applied.</summary>
    public ImmutableArray<string> Caps { get; init; } = [];

    /// <summary>For one member, at least this long passes between two events that the rule rewards.</summary>
    public TimeSpan Cooldown { get; init; }

    /// <summary>The source of the lots.</summary>
    public required string Source { get; init; }
    public Activation Activation { get; init; } = Activation.AtOnce;
    public Validity Validity { get; init; } = Validity.Never;
}

/// <summary>What of a purchase counts, beside the lines less their part of the discount.</summary>
public sealed record BaseTerms
{
    public bool Shipping { get; init; }
    public bool Tax { get; init; }

    /// <summary>The part that was paid with points counts as well.</summary>
    public bool PaidWithPoints { get; init; }
}

/// <summary>What a rule gives.</summary>
public abstract record Reward;

/// <summary>So many points.</summary>
public sealed record FixedReward(long Points) : Reward;

/// <summary>Points for each <paramref name="Per"/> minor units of the base.</summary>
/// <param name="Points">So many points</param>
/// <param name="Per">for so many minor units</param>
/// <param name="Currency">of this currency.</param>
/// <param name="Whole">Only for every full <paramref name="Per"/>.</param>
public sealed record AmountReward(long Points, long Per, string Currency, bool Whole) : Reward;

/// <summary>Points for each item of the lines that count.</summary>
public sealed record ItemReward(long Points) : Reward;

/// <summary>Another reward for each tier.</summary>
/// <param name="Tiers">By the tier's name.</param>
/// <param name="Otherwise">For members in no tier or another one.</param>
public sealed record TierReward(ImmutableDictionary<string, Reward> Tiers, Reward? Otherwise)
    : Reward;

/// <summary>Multiplies what other rules give.</summary>
/// <param name="Factor">From 0.01 to 1,000.</param>
/// <param name="Over">Ids of the rules; none means all for the event's type.</param>
public sealed record MultiplierReward(decimal Factor, ImmutableArray<string> Over) : Reward
{
    public bool Covers(Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Over.IsEmpty || Over.Contains(rule.Id, StringComparer.Ordinal);
    }
}
