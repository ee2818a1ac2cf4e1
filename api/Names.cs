using System.Text.Json;
using PointsMall.GrainInterfaces.Earning;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Members;
using PointsMall.GrainInterfaces.Orders;

namespace PointsMall.Api;

/// <summary>The words for the contracts' enums over HTTP and in SQL: their names in snake_case.</summary>
internal static class Names
{
    public static string Of(OrderStatus status) =>
        status switch
        {
            OrderStatus.Created => "created",
            OrderStatus.Cancelled => "cancelled",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };

    public static string Of(LimitWindow window) =>
        window switch
        {
            LimitWindow.Total => "total",
            LimitWindow.Day => "day",
            LimitWindow.Week => "week",
            LimitWindow.Month => "month",
            _ => throw new ArgumentOutOfRangeException(nameof(window), window, null),
        };

    public static string Of(EventStatus status) =>
        status switch
        {
            EventStatus.Earned => "earned",
            EventStatus.Reversed => "reversed",
            EventStatus.Nothing => "nothing",
            EventStatus.Waiting => "waiting",
            EventStatus.AlreadyPaid => "already_paid",
            EventStatus.AlreadyCheckedIn => "already_checked_in",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, message: null),
        };

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
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };

    public static string Of(HoldStatus status) =>
        status switch
        {
            HoldStatus.Open => "open",
            HoldStatus.Captured => "captured",
            HoldStatus.Released => "released",
            HoldStatus.Expired => "expired",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };

    public static string Of(ApprovalStatus status) =>
        status switch
        {
            ApprovalStatus.Pending => "pending",
            ApprovalStatus.Approved => "approved",
            ApprovalStatus.Rejected => "rejected",
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
        };

    public static string Of(NotFiredReason reason) => SnakeCase(reason);

    public static string Of(AwardStepKind kind) => SnakeCase(kind);

    public static LimitWindow? ToLimitWindow(string name)
    {
        foreach (var window in Enum.GetValues<LimitWindow>())
        {
            if (Of(window) == name)
            {
                return window;
            }
        }
        return null;
    }

    /// <summary>All words of an enum, for checks and descriptions.</summary>
    public static readonly IReadOnlyList<string> OrderStatuses =
    [
        .. Enum.GetValues<OrderStatus>().Select(Of),
    ];
    public static readonly IReadOnlyList<string> HoldStatuses =
    [
        .. Enum.GetValues<HoldStatus>().Select(Of),
    ];
    public static readonly IReadOnlyList<string> ApprovalStatuses =
    [
        .. Enum.GetValues<ApprovalStatus>().Select(Of),
    ];
    public static readonly IReadOnlyList<string> EntryTypes =
    [
        .. Enum.GetValues<EntryType>().Select(Of),
    ];
    public static readonly IReadOnlyList<string> LimitWindows =
    [
        .. Enum.GetValues<LimitWindow>().Select(Of),
    ];
    public static readonly IReadOnlyList<string> ProductTypes = ["product", "coupon", "gift"];

    private static string SnakeCase<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
