namespace PointsMall.GrainInterfaces.Earning;

/// <summary>What a step of an award's calculation did.</summary>
[GenerateSerializer, Alias("AwardStepKind")]
public enum AwardStepKind
{
    /// <summary>What was counted: the value is the amount in minor units of the currency that the name says, or a count of <c>items</c>.</summary>
    Base = 1,

    /// <summary>Points for what was counted: <c>1/1000</c> is one point for each 1,000; the name is the tier whose rate it is.</summary>
    Rate = 2,

    /// <summary>The rule that the name says multiplied by the value, on the part of the base after <c>on</c> if it was not all.</summary>
    Multiplier = 3,

    /// <summary>Several multipliers overlapped: the name is the policy, the value their number.</summary>
    Overlap = 4,

    /// <summary>Rounded to the value, in the mode that the name says.</summary>
    Rounding = 5,

    /// <summary>The cap that the name says cut the points to the value.</summary>
    Cap = 6,

    /// <summary>Chosen among as many rules as the value says, by the policy that the name says.</summary>
    Stacking = 7,

    /// <summary>Cut to the value when it was granted, because the budget that the name says had no more.</summary>
    Clip = 8,
}

/// <summary>One step from what was counted to the points, for people to read and for machines to keep.</summary>
/// <param name="Kind">What the step did.</param>
/// <param name="Name">Who or in what way; empty where there is nothing to name.</param>
/// <param name="Value">A number, or two with <c>/</c> or <c> on </c> between them.</param>
[GenerateSerializer, Immutable, Alias("AwardStep")]
public readonly record struct AwardStep(
    [property: Id(0)] AwardStepKind Kind,
    [property: Id(1)] string Name,
    [property: Id(2)] string Value
);

/// <summary>The part of an award that one line of a purchase earned; a refund of the line takes back this much.</summary>
/// <param name="LineId">The line.</param>
/// <param name="Points">At least 1.</param>
[GenerateSerializer, Immutable, Alias("LineAward")]
public readonly record struct LineAward(
    [property: Id(0)] string LineId,
    [property: Id(1)] long Points
);

/// <summary>Why a rule for an event's type gave nothing.</summary>
[GenerateSerializer, Alias("NotFiredReason")]
public enum NotFiredReason
{
    /// <summary>The rule is switched off.</summary>
    Inactive = 1,

    /// <summary>The event is before the rule's start.</summary>
    NotStarted = 2,

    /// <summary>The event is at or after the rule's end.</summary>
    Ended = 3,

    /// <summary>The rule's conditions don't hold.</summary>
    ConditionNotMet = 4,

    /// <summary>The rule counts a purchase and the event has none.</summary>
    NoPurchase = 5,

    /// <summary>No line of the purchase is one that the rule counts.</summary>
    NoLineCounted = 6,

    /// <summary>The purchase is in another currency than the rule's.</summary>
    OtherCurrency = 7,

    /// <summary>The rule has no reward for the member's tier.</summary>
    NoRewardForTier = 8,

    /// <summary>The reward comes to less than one point.</summary>
    NothingEarned = 9,

    /// <summary>The reward comes to more points than one award may have.</summary>
    TooManyPoints = 10,

    /// <summary>The rule fired for this member too short a time ago.</summary>
    CoolingDown = 11,

    /// <summary>A cap leaves nothing, or less than the reward where the cap rejects.</summary>
    CapReached = 12,

    /// <summary>Another rule of the group gives more.</summary>
    NotBest = 13,

    /// <summary>Another rule of the group came first.</summary>
    NotFirst = 14,

    /// <summary>The multiplier had no reward to multiply.</summary>
    NothingToMultiply = 15,
}

/// <summary>A rule for the event's type that gave nothing.</summary>
/// <param name="RuleId">The rule.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("NotFired")]
public readonly record struct NotFired(
    [property: Id(0)] string RuleId,
    [property: Id(1)] NotFiredReason Reason
);
