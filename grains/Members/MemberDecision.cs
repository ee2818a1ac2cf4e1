using PointsMall.Grains.Earning;
using PointsMall.Grains.Holds;

namespace PointsMall.Grains.Members;

/// <summary>What a command on a member comes to: a refusal, or all that one commit writes. Deciding changes nothing.</summary>
public sealed record MemberDecision
{
    /// <summary>Set when the command is refused; everything else is then unset.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>
    /// Set when the decision can't be made without what is not in the account's row: read it and decide again with
    /// <see cref="DecisionContext.Pages"/>. Everything else is then unset.
    /// </summary>
    public bool NeedsPages { get; init; }

    /// <summary>The account after the commit; its version is one more than before.</summary>
    public Account? Next { get; init; }

    public ImmutableArray<LedgerEntry> Entries { get; init; } = [];

    /// <summary>The order that a redemption creates.</summary>
    public NewOrder? Order { get; init; }

    /// <summary>The order that a cancel changes.</summary>
    public StatusChange? StatusChange { get; init; }

    /// <summary>The hold that the command was about, as it is after it.</summary>
    public Hold? Hold { get; init; }

    /// <summary>Rows of <c>hold</c> to write.</summary>
    public ImmutableArray<StoredHold> Holds { get; init; } = [];

    /// <summary>The row of <c>approval</c> to write.</summary>
    public Approval? Approval { get; init; }

    /// <summary>The member is deactivated, or active again.</summary>
    public MemberStatusChange? Status { get; init; }

    /// <summary>The event that the command carries out.</summary>
    public EarningWrite? Earning { get; init; }

    /// <summary>One row a SKU; redemptions take under an epoch, cancels give back.</summary>
    public ImmutableArray<StockDelta> Stock { get; init; } = [];

    /// <summary>Lots to write to or remove from <c>point_lot</c>.</summary>
    public ImmutableArray<PagedLotChange> PagedLots { get; init; } = [];

    /// <summary>Counters to write to <c>member_limit</c>.</summary>
    public ImmutableArray<LimitCounter> PagedCounters { get; init; } = [];

    public ImmutableArray<MallEvent> Events { get; init; } = [];

    public static MemberDecision Refuse(Refusal refusal) => new() { Refusal = refusal };

    public static MemberDecision Refuse(RefusalCode code) =>
        new() { Refusal = GrainInterfaces.Refusal.Of(code) };

    public static MemberDecision InsufficientPoints(long required, long available) =>
        Refuse(
            new Refusal
            {
                Code = RefusalCode.InsufficientPoints,
                Required = required,
                Available = available,
            }
        );

    internal static readonly MemberDecision WithoutPages = new() { NeedsPages = true };
}

/// <summary>A row of <c>ledger_entry</c>.</summary>
public sealed record LedgerEntry
{
    public required Guid MemberId { get; init; }
    public required long Sequence { get; init; }
    public required EntryType Type { get; init; }
    public required EntryAccount Account { get; init; }

    /// <summary>Signed, never zero. The contra account changes by the opposite.</summary>
    public required long Points { get; init; }

    /// <summary><c>issued:SOURCE</c>, <c>redeemed</c>, <c>captured</c>, <c>deducted</c>, <c>adjusted</c>, <c>extended</c>, <c>expired</c>, or the member's own <c>pending</c>, <c>held</c> or <c>debt</c>.</summary>
    public required string Contra { get; init; }

    /// <summary>Available less debt after the entry.</summary>
    public required long BalanceAfter { get; init; }
    public required ImmutableArray<EntryLot> Lots { get; init; }
    public required string CauseKind { get; init; }
    public required Guid CauseId { get; init; }
    public required ActorKind Actor { get; init; }

    /// <summary>Reason and actor's name, kept apart from the entry; null when there is nothing to say.</summary>
    public LedgerText? Text { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required Hash32 PreviousHash { get; init; }
    public required Hash32 Hash { get; init; }
}

/// <summary>Free text of an entry. The entry's hash covers only SHA-256(salt || text), so the text may be erased.</summary>
/// <param name="Salt">16 random bytes.</param>
/// <param name="ActorName">The principal.</param>
/// <param name="Reason">Why.</param>
public sealed record LedgerText(ImmutableArray<byte> Salt, string ActorName, string Reason)
{
    public const int SaltSize = 16;
}

/// <summary>Rows of <c>redemption_order</c> and <c>order_line</c>.</summary>
public sealed record NewOrder(
    Guid OrderId,
    long PointsTotal,
    DateTimeOffset CreatedAt,
    string? Note,
    ImmutableArray<NewOrderLine> Lines
);

/// <summary>A row of <c>order_line</c>; <paramref name="Limit"/> is the window in which the line counted.</summary>
public sealed record NewOrderLine(OrderItem Item, LimitTerms? Limit);

/// <summary>An order moves from one status to another; the commit demands the first.</summary>
public sealed record StatusChange(
    Guid OrderId,
    OrderStatus From,
    OrderStatus To,
    DateTimeOffset At,
    ActorKind Actor,
    string? Reason
);

/// <summary>
/// What a unit does to one SKU's stock. <paramref name="Taken"/> demands <paramref name="Epoch"/>; <paramref name="Returned"/> does not
/// care and has epoch 0. <paramref name="Moved"/> is a stock movement; it counts neither as redeemed nor as returned, and a negative one demands the epoch.
/// </summary>
public readonly record struct StockDelta(
    Guid SkuId,
    long Epoch,
    long Taken,
    long Returned,
    long Moved
);

/// <summary>A lot to write to (<c>Remaining</c> above 0) or to remove from <c>point_lot</c>.</summary>
public readonly record struct PagedLotChange(Lot Lot, DateTimeOffset? ActivatesAt);

/// <summary>A row of the outbox. <paramref name="Payload"/> is JSON.</summary>
public sealed record MallEvent(string Type, long Sequence, string Payload);
