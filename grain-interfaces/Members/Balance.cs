namespace PointsMall.GrainInterfaces.Members;

/// <summary>A member's points. Active lots hold what is available, lots of open holds what is held, pending lots what is pending.</summary>
[GenerateSerializer, Immutable, Alias("Balance")]
public sealed record Balance
{
    /// <summary>Points that can be spent now.</summary>
    [Id(0)]
    public required long Available { get; init; }

    /// <summary>Points that become available later.</summary>
    [Id(1)]
    public required long Pending { get; init; }

    /// <summary>Points set aside by open holds.</summary>
    [Id(2)]
    public required long Held { get; init; }

    /// <summary>Points owed.</summary>
    [Id(3)]
    public required long Debt { get; init; }

    /// <summary>All points ever granted or earned, less what refunds took back.</summary>
    [Id(4)]
    public required long LifetimeEarned { get; init; }

    /// <summary>All points ever redeemed or captured, less what cancelled orders gave back.</summary>
    [Id(5)]
    public required long LifetimeSpent { get; init; }

    /// <summary>Available points that expire within the programme's notice (30 days unless set), soonest first.</summary>
    [Id(6)]
    public required ImmutableArray<ExpiringPoints> ExpiringSoon { get; init; }
}

/// <summary>Points with one expiry.</summary>
/// <param name="Points">How many.</param>
/// <param name="ExpiresAt">The first instant at which they can no longer be spent.</param>
[GenerateSerializer, Immutable, Alias("ExpiringPoints")]
public readonly record struct ExpiringPoints(
    [property: Id(0)] long Points,
    [property: Id(1)] DateTimeOffset ExpiresAt
);

/// <summary>The answer to a grant or a deduction: a refusal, or the entry and the balance after it.</summary>
[GenerateSerializer, Immutable, Alias("EntryResult")]
public sealed record EntryResult : ICommandResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The entry that the command wrote.</summary>
    [Id(1)]
    public EntryView? Entry { get; init; }

    /// <summary>The balance now.</summary>
    [Id(2)]
    public Balance? Balance { get; init; }

    /// <summary>An earlier command with this key did the work.</summary>
    [Id(3)]
    public bool Replayed { get; init; }
}

/// <summary>What an entry records.</summary>
[GenerateSerializer, Alias("EntryType")]
public enum EntryType
{
    /// <summary>Points were added.</summary>
    Grant = 1,

    /// <summary>Points were taken by staff or a partner.</summary>
    Deduction = 2,

    /// <summary>Points were spent on an order.</summary>
    Redemption = 3,

    /// <summary>A cancelled order gave its points back.</summary>
    Cancellation = 4,

    /// <summary>Pending points became available.</summary>
    Activation = 5,

    /// <summary>Points expired.</summary>
    Expiry = 6,

    /// <summary>A hold set points aside.</summary>
    Hold = 7,

    /// <summary>A hold gave points back.</summary>
    Release = 8,

    /// <summary>Points that a hold had set aside were spent.</summary>
    Capture = 9,

    /// <summary>Points that became available paid off what was owed.</summary>
    Repayment = 10,

    /// <summary>Staff corrected the points.</summary>
    Adjustment = 11,

    /// <summary>A rule gave points for an event.</summary>
    Earning = 12,

    /// <summary>A refund of a purchase took back points that it had earned.</summary>
    Reversal = 13,

    /// <summary>Points were given a later expiry: taken from their lots, and given to another. Two entries of one command.</summary>
    Extension = 14,
}

/// <summary>Which of the account's columns an entry changes.</summary>
[GenerateSerializer, Alias("EntryAccount")]
public enum EntryAccount
{
    /// <summary>Available less debt.</summary>
    Available = 1,

    /// <summary>Pending.</summary>
    Pending = 2,

    /// <summary>Held.</summary>
    Held = 3,

    /// <summary>Points owed, counted below zero.</summary>
    Debt = 4,
}

/// <summary>A ledger entry as callers see it.</summary>
[GenerateSerializer, Immutable, Alias("EntryView")]
public sealed record EntryView
{
    /// <summary>1 for the member's first entry, then without a gap.</summary>
    [Id(0)]
    public required long Sequence { get; init; }

    /// <summary>What it records.</summary>
    [Id(1)]
    public required EntryType Type { get; init; }

    /// <summary>The column that <see cref="Points"/> changes.</summary>
    [Id(2)]
    public required EntryAccount Account { get; init; }

    /// <summary>Signed points.</summary>
    [Id(3)]
    public required long Points { get; init; }

    /// <summary>Available less debt after the entry.</summary>
    [Id(4)]
    public required long BalanceAfter { get; init; }

    /// <summary>When.</summary>
    [Id(5)]
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Why, in words; null where the type says it all.</summary>
    [Id(6)]
    public string? Reason { get; init; }

    /// <summary>What caused it: <c>order</c>, <c>grant</c>, <c>deduction</c>, <c>lot</c>, <c>hold</c>, <c>debt</c>, <c>adjustment</c>, <c>event</c>, <c>extension</c>.</summary>
    [Id(7)]
    public required string CauseKind { get; init; }

    /// <summary>The id of what caused it.</summary>
    [Id(8)]
    public required Guid CauseId { get; init; }

    /// <summary>The lots that it touched.</summary>
    [Id(9)]
    public required ImmutableArray<EntryLot> Lots { get; init; }
}

/// <summary>What an entry took from or gave to one lot.</summary>
/// <param name="Number">The lot's number: the sequence of the entry that opened it.</param>
/// <param name="Points">Points, above zero.</param>
/// <param name="ExpiresAt">The lot's expiry, or null for never.</param>
[GenerateSerializer, Immutable, Alias("EntryLot")]
public readonly record struct EntryLot(
    [property: Id(0)] long Number,
    [property: Id(1)] long Points,
    [property: Id(2)] DateTimeOffset? ExpiresAt
);
