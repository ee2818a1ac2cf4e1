namespace PointsMall.Grains.Earning;

/// <summary>What an event earns.</summary>
/// <param name="Awards">In the order in which they were decided.</param>
/// <param name="NotFired">The rules for the event's type that gave nothing.</param>
public sealed record EarningDecision(
    ImmutableArray<Award> Awards,
    ImmutableArray<NotFired> NotFired
);

/// <summary>Points that one rule gives for one event.</summary>
public sealed record Award
{
    public required string RuleId { get; init; }
    public required long RulebookVersion { get; init; }

    /// <summary>The lot's source; the contra account is <c>issued:</c> and this.</summary>
    public required string Source { get; init; }

    /// <summary>1 to 10^15.</summary>
    public required long Points { get; init; }

    /// <summary>The points by line, in the order of the purchase; lines that earned nothing are left out. Empty without a purchase, else their sum is <see cref="Points"/>.</summary>
    public required ImmutableArray<LineAward> Lines { get; init; }
    public required Activation Activation { get; init; }
    public required Validity Validity { get; init; }

    /// <summary>How the points came about; <see cref="AwardSteps"/> writes them down.</summary>
    public required ImmutableArray<AwardStep> Steps { get; init; }

    /// <summary>The member's counters that rise with the award.</summary>
    public required ImmutableArray<CounterUse> Uses { get; init; }

    /// <summary>The programme's budget that pays, which the rules cannot see.</summary>
    public BudgetUse? Budget { get; init; }

    /// <summary>The award with fewer points, when its budget has no more. Lines keep their proportions, counters rise by as much less.</summary>
    /// <param name="points">1 to <see cref="Points"/>.</param>
    public Award ClipTo(long points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(points, Points);
        if (points == Points)
        {
            return this;
        }
        return this with
        {
            Points = points,
            Lines = Shares.Scale(Lines, points),
            Steps =
            [
                .. Steps.Where(step => step.Kind != AwardStepKind.Clip),
                AwardSteps.Clip(Budget?.Id ?? "", points),
            ],
            Uses = [.. Uses.Select(use => use with { Points = points })],
            Budget = Budget is null ? null : Budget with { Points = points },
        };
    }
}

/// <summary>A member's counter rises.</summary>
/// <param name="Id">The cap's id, or the rule's for its cooldown.</param>
/// <param name="WindowStart">First instant of the window.</param>
/// <param name="WindowEnd">First instant after it: the counter may be forgotten then, but for events that come late.</param>
/// <param name="Points">By these points,</param>
/// <param name="Times">and this many awards.</param>
public readonly record struct CounterUse(
    string Id,
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    long Points,
    int Times
);

/// <summary>A programme-wide budget pays for an award.</summary>
/// <param name="Id">The cap's id.</param>
/// <param name="Points">What the award takes from it.</param>
/// <param name="Limit">What the budget has in all.</param>
/// <param name="Over">What to do when less is left.</param>
public sealed record BudgetUse(string Id, long Points, long Limit, CapOver Over);
