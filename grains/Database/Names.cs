namespace PointsMall.Grains.Database;

/// <summary>The one mapping between enums and their text in SQL. The texts enter the ledger's hashes: a text never changes.</summary>
public static class Names
{
    public static string Of(EntryType type) =>
        type switch
        {
            EntryType.Grant => "grant",
            EntryType.Deduction => "deduction",
            EntryType.Redemption => "redemption",
            EntryType.Cancellation => "cancellation",
            EntryType.Activation => "activation",
            EntryType.Expiry => "expiry",
            EntryType.Hold => "hold",
            EntryType.Release => "release",
            EntryType.Capture => "capture",
            EntryType.Repayment => "repayment",
            EntryType.Adjustment => "adjustment",
            EntryType.Earning => "earning",
            EntryType.Reversal => "reversal",
            EntryType.Extension => "extension",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, message: null),
        };

    public static EntryType ToEntryType(string name) =>
        name switch
        {
            "grant" => EntryType.Grant,
            "deduction" => EntryType.Deduction,
            "redemption" => EntryType.Redemption,
            "cancellation" => EntryType.Cancellation,
            "activation" => EntryType.Activation,
            "expiry" => EntryType.Expiry,
            "hold" => EntryType.Hold,
            "release" => EntryType.Release,
            "capture" => EntryType.Capture,
            "repayment" => EntryType.Repayment,
            "adjustment" => EntryType.Adjustment,
            "earning" => EntryType.Earning,
            "reversal" => EntryType.Reversal,
            "extension" => EntryType.Extension,
            _ => throw Unknown(nameof(EntryType), name),
        };

    public static string Of(EntryAccount account) =>
        account switch
        {
            EntryAccount.Available => "available",
            EntryAccount.Pending => "pending",
            EntryAccount.Held => "held",
            EntryAccount.Debt => "debt",
            _ => throw new ArgumentOutOfRangeException(nameof(account), account, message: null),
        };

    public static EntryAccount ToEntryAccount(string name) =>
        name switch
        {
            "available" => EntryAccount.Available,
            "pending" => EntryAccount.Pending,
            "held" => EntryAccount.Held,
            "debt" => EntryAccount.Debt,
            _ => throw Unknown(nameof(EntryAccount), name),
        };

    public static string Of(HoldStatus status) =>
        status switch
        {
            HoldStatus.Open => "open",
            HoldStatus.Captured => "captured",
            HoldStatus.Released => "released",
            HoldStatus.Expired => "expired",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, message: null),
        };

    public static HoldStatus ToHoldStatus(string name) =>
        name switch
        {
            "open" => HoldStatus.Open,
            "captured" => HoldStatus.Captured,
            "released" => HoldStatus.Released,
            "expired" => HoldStatus.Expired,
            _ => throw Unknown(nameof(HoldStatus), name),
        };

    public static string Of(ApprovalStatus status) =>
        status switch
        {
            ApprovalStatus.Pending => "pending",
            ApprovalStatus.Approved => "approved",
            ApprovalStatus.Rejected => "rejected",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, message: null),
        };

    public static ApprovalStatus ToApprovalStatus(string name) =>
        name switch
        {
            "pending" => ApprovalStatus.Pending,
            "approved" => ApprovalStatus.Approved,
            "rejected" => ApprovalStatus.Rejected,
            _ => throw Unknown(nameof(ApprovalStatus), name),
        };

    public static string Of(OrderStatus status) =>
        status switch
        {
            OrderStatus.Created => "created",
            OrderStatus.Cancelled => "cancelled",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, message: null),
        };

    public static OrderStatus ToOrderStatus(string name) =>
        name switch
        {
            "created" => OrderStatus.Created,
            "cancelled" => OrderStatus.Cancelled,
            _ => throw Unknown(nameof(OrderStatus), name),
        };

    public static string Of(ActorKind actor) =>
        actor switch
        {
            ActorKind.Member => "member",
            ActorKind.Staff => "staff",
            ActorKind.System => "system",
            _ => throw new ArgumentOutOfRangeException(nameof(actor), actor, message: null),
        };

    public static ActorKind ToActorKind(string name) =>
        name switch
        {
            "member" => ActorKind.Member,
            "staff" => ActorKind.Staff,
            "system" => ActorKind.System,
            _ => throw Unknown(nameof(ActorKind), name),
        };

    private static FormatException Unknown(string what, string name) =>
        new($"'{name}' is no {what}: the row was written by a newer version or edited.");
}
