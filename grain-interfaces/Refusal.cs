namespace PointsMall.GrainInterfaces;

/// <summary>
/// Why a command was not carried out. Nothing was changed, in memory or in the database, unless
/// <see cref="RefusalCode.OutcomeUnknown"/> says otherwise. The HTTP code is the name in snake_case.
/// </summary>
[GenerateSerializer, Alias("RefusalCode")]
public enum RefusalCode
{
    /// <summary>The available points are fewer than the command needs.</summary>
    InsufficientPoints = 1,

    /// <summary>Less stock is left than asked for.</summary>
    OutOfStock = 2,

    /// <summary>The member's limit on the SKU would be passed.</summary>
    LimitReached = 3,

    /// <summary>The offer's window has not begun.</summary>
    NotStarted = 4,

    /// <summary>The offer's window is over.</summary>
    Ended = 5,

    /// <summary>The product is delisted.</summary>
    NotAvailable = 6,

    /// <summary>No such SKU.</summary>
    SkuNotFound = 7,

    /// <summary>The quantity passes the per-order limit or is no multiple of what the offer demands.</summary>
    QuantityNotAllowed = 8,

    /// <summary>No such order of this member.</summary>
    OrderNotFound = 9,

    /// <summary>The order's status no longer allows a cancel.</summary>
    OrderNotCancellable = 10,

    /// <summary>No such member.</summary>
    MemberNotFound = 11,

    /// <summary>No such product.</summary>
    ProductNotFound = 12,

    /// <summary>The movement would leave less than nothing in stock.</summary>
    StockWouldBeNegative = 13,

    /// <summary>The idempotency key belongs to an earlier command with another content.</summary>
    IdempotencyKeyReused = 14,

    /// <summary>A field has a value that the programme does not allow; <see cref="Refusal.Field"/> names it.</summary>
    InvalidRequest = 15,

    /// <summary>Another SKU of the product has this code.</summary>
    SkuCodeTaken = 16,

    /// <summary>The silo has more work than it can finish in time; try again after a pause.</summary>
    Overloaded = 17,

    /// <summary>The command did not run (fenced activation, lost database); trying again at once is safe.</summary>
    NotRun = 18,

    /// <summary>Whether the command was carried out is not known yet; the same key settles it.</summary>
    OutcomeUnknown = 19,

    /// <summary>The account holds as many lots as one account may (2,000); no further lot can be opened.</summary>
    TooManyLots = 20,

    /// <summary>No such hold of this member.</summary>
    HoldNotFound = 21,

    /// <summary>The hold was captured or released, or its time ran out.</summary>
    HoldNotOpen = 22,

    /// <summary>The member has as many open holds as one member may (100).</summary>
    TooManyHolds = 23,

    /// <summary>No such approval of this member.</summary>
    ApprovalNotFound = 24,

    /// <summary>Somebody has approved or declined it already.</summary>
    ApprovalDecided = 25,

    /// <summary>Who asked for an adjustment can't decide on it.</summary>
    SecondPersonRequired = 26,

    /// <summary>The partner has sent an event of this id for another member.</summary>
    EventIdReused = 27,

    /// <summary>The partner's purchase of this id belongs to another member.</summary>
    PurchaseOfAnotherMember = 28,

    /// <summary>The member is deactivated and can neither earn nor spend.</summary>
    MemberDeactivated = 29,

    /// <summary>No spendable points of the member expire in the time that was asked for.</summary>
    NothingToExtend = 30,
}

/// <summary>A refusal and the facts that help the caller. Only the facts that belong to the code are set.</summary>
[GenerateSerializer, Immutable, Alias("Refusal")]
public sealed record Refusal
{
    /// <summary>Why.</summary>
    [Id(0)]
    public required RefusalCode Code { get; init; }

    /// <summary>The SKU that the refusal is about.</summary>
    [Id(1)]
    public Guid? SkuId { get; init; }

    /// <summary>Points that the command needs.</summary>
    [Id(2)]
    public long? Required { get; init; }

    /// <summary>Points available, or units of stock left.</summary>
    [Id(3)]
    public long? Available { get; init; }

    /// <summary>Units that one member may redeem in the window.</summary>
    [Id(4)]
    public long? Limit { get; init; }

    /// <summary>Units that the member has redeemed in the window.</summary>
    [Id(5)]
    public long? Redeemed { get; init; }

    /// <summary>The limit's window.</summary>
    [Id(6)]
    public LimitWindow? Window { get; init; }

    /// <summary>When the offer begins.</summary>
    [Id(7)]
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>The server's clock when it refused.</summary>
    [Id(8)]
    public DateTimeOffset? ServerTime { get; init; }

    /// <summary>The order's status when it refused.</summary>
    [Id(9)]
    public OrderStatus? Status { get; init; }

    /// <summary>Seconds to wait before another try.</summary>
    [Id(10)]
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The field that is wrong, as the HTTP body names it.</summary>
    [Id(11)]
    public string? Field { get; init; }

    /// <summary>What is wrong with the field, and what is allowed.</summary>
    [Id(12)]
    public string? Detail { get; init; }

    /// <summary>The hold's status when it refused.</summary>
    [Id(13)]
    public HoldStatus? HoldStatus { get; init; }

    /// <summary>A refusal with nothing but its code.</summary>
    public static Refusal Of(RefusalCode code) => new() { Code = code };

    /// <summary>A field has a value that is not allowed.</summary>
    public static Refusal Invalid(string field, string detail) =>
        new()
        {
            Code = RefusalCode.InvalidRequest,
            Field = field,
            Detail = detail,
        };
}
