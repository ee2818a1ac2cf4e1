namespace PointsMall.GrainInterfaces.Earning;

/// <summary>Carry out an event that a partner sends. The header's key is the event's id, so an event counts once.</summary>
[GenerateSerializer, Immutable, Alias("EarnCommand")]
public sealed record EarnCommand
{
    /// <summary>Identity, key, deadline. The principal is the partner: ids of events and purchases are the partner's own.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>What happened.</summary>
    [Id(1)]
    public required EarningEvent Event { get; init; }
}

/// <summary>What an event came to.</summary>
[GenerateSerializer, Alias("EventStatus")]
public enum EventStatus
{
    /// <summary>It earned points, now or pending.</summary>
    Earned = 1,

    /// <summary>It took back points that its purchase had earned.</summary>
    Reversed = 2,

    /// <summary>It moved no points: no rule gave any, or nothing was left to take back.</summary>
    Nothing = 3,

    /// <summary>It is about a purchase that has not arrived yet, and is carried out together with it.</summary>
    Waiting = 4,

    /// <summary>Its purchase has earned by another event before.</summary>
    AlreadyPaid = 5,

    /// <summary>The member has checked in on this day before.</summary>
    AlreadyCheckedIn = 6,
}

/// <summary>What an event came to; the same however often it is sent.</summary>
[GenerateSerializer, Immutable, Alias("EventOutcome")]
public sealed record EventOutcome
{
    /// <summary>In a word.</summary>
    [Id(0)]
    public required EventStatus Status { get; init; }

    /// <summary>The version of the rulebook that decided; 0 when none was in force.</summary>
    [Id(1)]
    public required long RulebookVersion { get; init; }

    /// <summary>Points given, in the order in which they were decided.</summary>
    [Id(2)]
    public ImmutableArray<EarnedAward> Awards { get; init; } = [];

    /// <summary>Points taken back, by the award that had given them.</summary>
    [Id(3)]
    public ImmutableArray<ReversedAward> Reversals { get; init; } = [];

    /// <summary>Points to take back that the member had no longer and that the programme lets nobody owe.</summary>
    [Id(4)]
    public long Shortfall { get; init; }

    /// <summary>The rules for the event's type that gave nothing.</summary>
    [Id(5)]
    public ImmutableArray<NotFired> NotFired { get; init; } = [];

    /// <summary>The check-in, when the event was one.</summary>
    [Id(6)]
    public CheckIn? CheckIn { get; init; }
}

/// <summary>A day on which a member checked in.</summary>
/// <param name="Day">The day in the programme's zone.</param>
/// <param name="Streak">Days in a row up to this one.</param>
/// <param name="Total">Days in all.</param>
[GenerateSerializer, Immutable, Alias("CheckIn")]
public sealed record CheckIn(
    [property: Id(0)] DateOnly Day,
    [property: Id(1)] int Streak,
    [property: Id(2)] int Total
);

/// <summary>Points that a rule gave.</summary>
[GenerateSerializer, Immutable, Alias("EarnedAward")]
public sealed record EarnedAward
{
    /// <summary>The sequence of its ledger entry.</summary>
    [Id(0)]
    public required long Sequence { get; init; }

    /// <summary>The rule.</summary>
    [Id(1)]
    public required string RuleId { get; init; }

    /// <summary>The source of the points.</summary>
    [Id(2)]
    public required string Source { get; init; }

    /// <summary>At least 1.</summary>
    [Id(3)]
    public required long Points { get; init; }

    /// <summary>The points by line of the purchase; empty without one.</summary>
    [Id(4)]
    public required ImmutableArray<LineAward> Lines { get; init; }

    /// <summary>The first instant at which they can be spent; null while it counts from a delivery.</summary>
    [Id(5)]
    public DateTimeOffset? ActivatesAt { get; init; }

    /// <summary>The first instant at which they can be spent no more; null for never, and while <see cref="ActivatesAt"/> is not known.</summary>
    [Id(6)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How the points came about.</summary>
    [Id(7)]
    public required ImmutableArray<AwardStep> Steps { get; init; }
}

/// <summary>Points that a refund took back of one award.</summary>
/// <param name="EventId">The refund.</param>
/// <param name="Award">The sequence of the award's ledger entry.</param>
/// <param name="RuleId">The rule that had given them.</param>
/// <param name="Points">Points to take back, at least 1.</param>
/// <param name="FromPending">Of these, taken from points that could not be spent yet.</param>
/// <param name="FromAvailable">Taken from points that could be spent.</param>
/// <param name="Owed">Owed from now on, to be paid off by the next points.</param>
/// <param name="Shortfall">Neither taken nor owed.</param>
[GenerateSerializer, Immutable, Alias("ReversedAward")]
public sealed record ReversedAward(
    [property: Id(0)] string EventId,
    [property: Id(1)] long Award,
    [property: Id(2)] string RuleId,
    [property: Id(3)] long Points,
    [property: Id(4)] long FromPending,
    [property: Id(5)] long FromAvailable,
    [property: Id(6)] long Owed,
    [property: Id(7)] long Shortfall
);

/// <summary>A refusal, or what the event came to.</summary>
[GenerateSerializer, Immutable, Alias("EarnResult")]
public sealed record EarnResult : ICommandResult
{
    /// <inheritdoc/>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>What it came to.</summary>
    [Id(1)]
    public EventOutcome? Outcome { get; init; }

    /// <summary>After the event.</summary>
    [Id(2)]
    public Balance? Balance { get; init; }

    /// <inheritdoc/>
    [Id(3)]
    public bool Replayed { get; init; }
}
