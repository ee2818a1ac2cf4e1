namespace PointsMall.Grains.Earning;

/// <summary>What an event may hold.</summary>
public static class EventRules
{
    public const int MaxLines = 200;
    public const int MaxAttributes = 32;
    public const long MaxAmount = 1_000_000_000_000_000;
    public const int MaxQuantity = 1_000_000;
    private const int MaxId = 100;
    private const int MaxName = 40;
    private const int MaxText = 200;

    /// <summary>The calendar arithmetic that follows must stay within four-digit years.</summary>
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(8000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The refusal of an event that breaks a bound of the contract, or null. Fields are named as the request names them.</summary>
    public static Refusal? Check(EarningEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        if (!Texts.Fits(e.EventId, 1, MaxId))
        {
            return Refusal.Invalid("eventId", $"must be 1 to {MaxId} characters");
        }
        if (!Texts.IsSnakeCase(e.Type, MaxName))
        {
            return Refusal.Invalid(
                "type",
                $"must be lower-case snake_case, 1 to {MaxName} characters"
            );
        }
        if (e.OccurredAt < Earliest || e.OccurredAt >= Latest)
        {
            return Refusal.Invalid("occurredAt", "must be in the years 2000 to 7999");
        }
        if (e.Channel is not null && !Texts.Fits(e.Channel, 1, MaxName))
        {
            return Refusal.Invalid("channel", $"must be 1 to {MaxName} characters");
        }
        if (e.Store is not null && !Texts.Fits(e.Store, 1, MaxId))
        {
            return Refusal.Invalid("store", $"must be 1 to {MaxId} characters");
        }
        return CheckAttributes(e.Attributes)
            ?? CheckAbout(e)
            ?? (e.Purchase is { } purchase ? CheckPurchase(purchase) : null)
            ?? (e.Refund is { } refund ? CheckRefund(refund) : null);
    }

    /// <summary>What an event of its type must be about, and may not be about otherwise.</summary>
    private static Refusal? CheckAbout(EarningEvent e)
    {
        if ((e.Type == EventTypes.PurchasePaid) != (e.Purchase is not null))
        {
            return Refusal.Invalid(
                "purchase",
                "is needed with purchase_paid, and not with others, which name it by orderId"
            );
        }
        if (EventTypes.FollowsPurchase(e.Type) != (e.OrderId is not null))
        {
            return Refusal.Invalid(
                "orderId",
                "is needed with purchase_refunded and purchase_delivered, and not with others"
            );
        }
        if (e.OrderId is not null && !Texts.Fits(e.OrderId, 1, MaxId))
        {
            return Refusal.Invalid("orderId", $"must be 1 to {MaxId} characters");
        }
        return e.Refund is not null && e.Type != EventTypes.PurchaseRefunded
            ? Refusal.Invalid("refund", "belongs to purchase_refunded")
            : null;
    }

    private static Refusal? CheckRefund(PurchaseRefund refund)
    {
        if (refund.Amount is not null && !refund.Lines.IsEmpty)
        {
            return Refusal.Invalid("refund", "has lines or an amount of the order, not both");
        }
        if (refund.Amount is < 1 or > MaxAmount)
        {
            return Refusal.Invalid("refund.amount", $"must be 1 to {MaxAmount} minor units");
        }
        if (refund.Lines.Length > MaxLines)
        {
            return Refusal.Invalid("refund.lines", $"must be at most {MaxLines}");
        }
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < refund.Lines.Length; i++)
        {
            var line = refund.Lines[i];
            var field = $"refund.lines[{i}]";
            if (!Texts.Fits(line.LineId, 1, MaxId) || !ids.Add(line.LineId))
            {
                return Refusal.Invalid(
                    $"{field}.lineId",
                    $"must be 1 to {MaxId} characters and another one for each line"
                );
            }
            if (line.Quantity is null == line.Amount is null)
            {
                return Refusal.Invalid(field, "has a quantity or an amount, one of the two");
            }
            if (line.Quantity is < 1 or > MaxQuantity)
            {
                return Refusal.Invalid($"{field}.quantity", $"must be 1 to {MaxQuantity}");
            }
            if (line.Amount is < 1 or > MaxAmount)
            {
                return Refusal.Invalid($"{field}.amount", $"must be 1 to {MaxAmount} minor units");
            }
        }
        return null;
    }

    private static Refusal? CheckAttributes(ImmutableArray<EventAttribute> attributes)
    {
        if (attributes.Length > MaxAttributes)
        {
            return Refusal.Invalid("attributes", $"must be at most {MaxAttributes}");
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var attribute in attributes)
        {
            if (!Texts.IsSnakeCase(attribute.Name, MaxName))
            {
                return Refusal.Invalid(
                    "attributes",
                    $"names must be lower-case snake_case, 1 to {MaxName} characters"
                );
            }
            if (!names.Add(attribute.Name))
            {
                return Refusal.Invalid("attributes", $"has {attribute.Name} more than once");
            }
            var values =
                (attribute.Text is null ? 0 : 1)
                + (attribute.Number is null ? 0 : 1)
                + (attribute.Flag is null ? 0 : 1);
            if (values != 1 || (attribute.Text is { } text && !Texts.Fits(text, 0, MaxText)))
            {
                return Refusal.Invalid(
                    $"attributes.{attribute.Name}",
                    $"must be a text of at most {MaxText} characters, a number, true or false"
                );
            }
        }
        return null;
    }

    private static Refusal? CheckPurchase(Purchase purchase)
    {
        if (!Texts.Fits(purchase.OrderId, 1, MaxId))
        {
            return Refusal.Invalid("purchase.orderId", $"must be 1 to {MaxId} characters");
        }
        if (!IsCurrency(purchase.Currency))
        {
            return Refusal.Invalid("purchase.currency", "must be an ISO 4217 code, as CNY");
        }
        if (purchase.Lines.Length is < 1 or > MaxLines)
        {
            return Refusal.Invalid("purchase.lines", $"must be 1 to {MaxLines}");
        }
        if (CheckLines(purchase.Lines) is { } refusal)
        {
            return refusal;
        }
        var lines = purchase.Lines.Sum(line => line.Amount);
        if (CheckAmount("purchase.shipping", purchase.Shipping) is { } shipping)
        {
            return shipping;
        }
        if (CheckAmount("purchase.tax", purchase.Tax) is { } tax)
        {
            return tax;
        }
        if (purchase.Discount < 0 || purchase.Discount > lines)
        {
            return Refusal.Invalid(
                "purchase.discount",
                "must not be negative or above the sum of the lines' amounts"
            );
        }
        return
            purchase.PaidWithPoints < 0
            || purchase.PaidWithPoints
                > lines - purchase.Discount + purchase.Shipping + purchase.Tax
            ? Refusal.Invalid(
                "purchase.paidWithPoints",
                "must not be negative or above what the purchase cost"
            )
            : null;
    }

    private static Refusal? CheckLines(ImmutableArray<PurchaseLine> lines)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var field = $"purchase.lines[{i}]";
            if (!Texts.Fits(line.LineId, 1, MaxId) || !ids.Add(line.LineId))
            {
                return Refusal.Invalid(
                    $"{field}.lineId",
                    $"must be 1 to {MaxId} characters and another one for each line"
                );
            }
            if (!Texts.Fits(line.Sku, 1, MaxId))
            {
                return Refusal.Invalid($"{field}.sku", $"must be 1 to {MaxId} characters");
            }
            if (!Texts.Fits(line.Category, 0, MaxId))
            {
                return Refusal.Invalid($"{field}.category", $"must be at most {MaxId} characters");
            }
            if (line.Quantity is < 1 or > MaxQuantity)
            {
                return Refusal.Invalid($"{field}.quantity", $"must be 1 to {MaxQuantity}");
            }
            if (CheckAmount($"{field}.amount", line.Amount) is { } refusal)
            {
                return refusal;
            }
        }
        return null;
    }

    private static Refusal? CheckAmount(string field, long amount) =>
        amount is < 0 or > MaxAmount
            ? Refusal.Invalid(field, $"must be 0 to {MaxAmount} minor units")
            : null;

    internal static bool IsCurrency(string? code) =>
        code is { Length: 3 } && code.All(char.IsAsciiLetterUpper);
}
