namespace PointsMall.Grains.Members;

/// <summary>
/// A member's account as it was last committed. Immutable: a decision makes the next one, the commit makes it true. Balance columns cover
/// all lots, also those paged out to <c>point_lot</c>; <see cref="Lots"/> and <see cref="PendingLots"/> hold the head.
/// </summary>
public sealed record Account
{
    /// <summary>Lots (active and pending together) that the account's row holds: those that are spent next.</summary>
    public const int MaxHeadLots = 24;

    /// <summary>Lots that an account may hold in all, paged out ones included.</summary>
    public const int MaxLots = 2_000;

    /// <summary>Idempotency keys that the account's row remembers; older ones are looked up in <c>command</c>.</summary>
    public const int MaxRecentKeys = 8;

    /// <summary>Limit counters that the account's row holds; others are in <c>member_limit</c>.</summary>
    public const int MaxHeadCounters = 5;

    public required Guid MemberId { get; init; }

    /// <summary>The fence: one more with every commit and every activation.</summary>
    public required long Version { get; init; }
    public required long Available { get; init; }
    public required long Held { get; init; }
    public required long Pending { get; init; }
    public required long Debt { get; init; }
    public required long LifetimeEarned { get; init; }
    public required long LifetimeSpent { get; init; }

    /// <summary>Sequence of the last ledger entry, 0 before the first.</summary>
    public required long Sequence { get; init; }

    /// <summary>Hash of the last ledger entry; before the first, <see cref="LedgerHash.Genesis"/> of the member.</summary>
    public required Hash32 HeadHash { get; init; }

    /// <summary>Time never runs back: a decision's now is not before this.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>Lower bound of the instant at which a lot expires or becomes active or a hold ends; null when none can.</summary>
    public required DateTimeOffset? DueOn { get; init; }

    /// <summary>Active lots in the order in which they are spent: earliest expiry, then lowest number.</summary>
    public required ImmutableArray<Lot> Lots { get; init; }

    /// <summary>Pending lots, earliest activation first.</summary>
    public required ImmutableArray<PendingLot> PendingLots { get; init; }

    /// <summary>The last keyed commands, newest first.</summary>
    public required ImmutableArray<RecentKey> RecentKeys { get; init; }

    /// <summary>Commands with a key so far: beyond <see cref="MaxRecentKeys"/>, an unknown key may still be an old one.</summary>
    public required long KeyedCommands { get; init; }

    /// <summary>Limit counters, most recently used first.</summary>
    public required ImmutableArray<LimitCounter> Counters { get; init; }

    /// <summary>Since when the member can neither earn nor spend; null for an active one.</summary>
    public DateTimeOffset? DeactivatedAt { get; init; }

    /// <summary>Lots in <c>point_lot</c>.</summary>
    public required int PagedLots { get; init; }

    /// <summary>Counters in <c>member_limit</c>; an upper bound, rows of closed windows included.</summary>
    public required int PagedCounters { get; init; }
}

/// <summary>Active points with one source and expiry.</summary>
/// <param name="Number">The sequence of the entry that opened it.</param>
/// <param name="Remaining">Points left, above zero.</param>
/// <param name="ExpiresAt">First instant at which they can't be spent; <see cref="DateTimeOffset.MaxValue"/> for never.</param>
/// <param name="Source">First 8 bytes of SHA-256 of the source's name: lots of one source and expiry are one lot.</param>
public readonly record struct Lot(
    long Number,
    long Remaining,
    DateTimeOffset ExpiresAt,
    long Source
);

/// <summary>Points that become active later.</summary>
/// <param name="Lot">The lot that they become.</param>
/// <param name="ActivatesAt">First instant at which they can be spent.</param>
public readonly record struct PendingLot(Lot Lot, DateTimeOffset ActivatesAt);

/// <summary>A command that the account remembers.</summary>
/// <param name="Hash">First 16 bytes of SHA-256 over principal and key.</param>
/// <param name="Version">The account version that it committed; its row in <c>command</c>.</param>
public readonly record struct RecentKey(UInt128 Hash, long Version);

/// <summary>Units of a SKU in the member's live orders of one window.</summary>
/// <param name="SkuId">The SKU.</param>
/// <param name="Redeemed">Window and count.</param>
public readonly record struct LimitCounter(Guid SkuId, RedeemedCount Redeemed);
