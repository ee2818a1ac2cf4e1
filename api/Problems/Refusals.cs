using PointsMall.GrainInterfaces;

namespace PointsMall.Api.Problems;

/// <summary>What a grain's refusal is called over HTTP.</summary>
internal static class Refusals
{
    /// <summary>Seconds that a caller waits when the silo named none.</summary>
    public const int DefaultRetryAfterSeconds = 1;

    public static Problem ToProblem(Refusal refusal)
    {
        var kind = KindOf(refusal.Code);
        if (refusal is { Code: RefusalCode.InvalidRequest, Field: { } field })
        {
            var errors = new FieldErrors();
            errors.Add(field, refusal.Detail ?? "has a value that is not allowed");
            return errors.ToProblem();
        }
        return new Problem(kind)
        {
            Facts = refusal,
            Detail = refusal.Detail,
            RetryAfterSeconds = kind.Status is 429 or 503
                ? refusal.RetryAfterSeconds ?? DefaultRetryAfterSeconds
                : null,
        };
    }

    public static ErrorKind KindOf(RefusalCode code) =>
        code switch
        {
            RefusalCode.InsufficientPoints => Errors.InsufficientPoints,
            RefusalCode.OutOfStock => Errors.OutOfStock,
            RefusalCode.LimitReached => Errors.LimitReached,
            RefusalCode.NotStarted => Errors.NotStarted,
            RefusalCode.Ended => Errors.Ended,
            RefusalCode.NotAvailable => Errors.NotAvailable,
            RefusalCode.SkuNotFound => Errors.SkuNotFound,
            RefusalCode.QuantityNotAllowed => Errors.QuantityNotAllowed,
            RefusalCode.OrderNotFound => Errors.OrderNotFound,
            RefusalCode.OrderNotCancellable => Errors.OrderNotCancellable,
            RefusalCode.MemberNotFound => Errors.MemberNotFound,
            RefusalCode.ProductNotFound => Errors.ProductNotFound,
            RefusalCode.StockWouldBeNegative => Errors.StockWouldBeNegative,
            RefusalCode.IdempotencyKeyReused => Errors.IdempotencyKeyReused,
            RefusalCode.InvalidRequest => Errors.InvalidRequest,
            RefusalCode.SkuCodeTaken => Errors.SkuCodeTaken,
            RefusalCode.Overloaded => Errors.Overloaded,
            RefusalCode.NotRun => Errors.Unavailable,
            RefusalCode.OutcomeUnknown => Errors.OutcomeUnknown,
            RefusalCode.TooManyLots => Errors.TooManyLots,
            RefusalCode.HoldNotFound => Errors.HoldNotFound,
            RefusalCode.HoldNotOpen => Errors.HoldNotOpen,
            RefusalCode.TooManyHolds => Errors.TooManyHolds,
            RefusalCode.ApprovalNotFound => Errors.ApprovalNotFound,
            RefusalCode.ApprovalDecided => Errors.ApprovalDecided,
            RefusalCode.SecondPersonRequired => Errors.SecondPersonRequired,
            RefusalCode.MemberDeactivated => Errors.MemberDeactivated,
            RefusalCode.NothingToExtend => Errors.NothingToExtend,
            RefusalCode.EventIdReused => Errors.EventIdReused,
            RefusalCode.PurchaseOfAnotherMember => Errors.PurchaseOfAnotherMember,
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, "unknown refusal code"),
        };
}
