namespace PointsMall.Grains.Earning;

/// <summary>Types of events that do more than what rules say. Every other type is the partner's own.</summary>
public static class EventTypes
{
    /// <summary>A purchase was paid; it earns once, whatever is resent.</summary>
    public const string PurchasePaid = "purchase_paid";

    /// <summary>A purchase, or a part of it, was given back: what it earned is taken back.</summary>
    public const string PurchaseRefunded = "purchase_refunded";

    /// <summary>A purchase arrived: return windows that count from there begin.</summary>
    public const string PurchaseDelivered = "purchase_delivered";

    /// <summary>The member looked in: once a day of the programme's zone.</summary>
    public const string CheckIn = "check_in";

    /// <summary>The event is about a purchase that another event paid.</summary>
    public static bool FollowsPurchase(string type) =>
        type is PurchaseRefunded or PurchaseDelivered;
}
