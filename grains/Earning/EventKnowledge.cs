namespace PointsMall.Grains.Earning;

/// <summary>What the decision on an event sees beside the account, read before it.</summary>
public sealed record EventKnowledge
{
    /// <summary>The version of the rulebook that was in force when the event happened.</summary>
    public required long RulebookVersion { get; init; }

    /// <summary>What its rules give.</summary>
    public required EarningDecision Earned { get; init; }

    /// <summary>The member's counters that the rules saw.</summary>
    public required EarningCounters Counters { get; init; }

    /// <summary>What the budgets of the awards have given so far.</summary>
    public IReadOnlyDictionary<string, long> BudgetsUsed { get; init; } =
        ImmutableDictionary<string, long>.Empty;

    /// <summary>The check-in that the event is; null for one of a day that has its check-in, and for other events.</summary>
    public CheckIn? CheckIn { get; init; }

    /// <summary>The purchase that the event is about, whoever's it is; null when nothing of it has arrived.</summary>
    public StoredPurchase? Purchase { get; init; }
}
