using PointsMall.GrainInterfaces.Inventory;

namespace PointsMall.Tests.Support.Rules;

/// <summary>One thing that happens to a member, in terms that make sense whatever happened before.</summary>
public abstract record Step
{
    private Step() { }

    /// <param name="Points">How many.</param>
    /// <param name="Source">Which of a few sources.</param>
    /// <param name="ValidDays">Days until they expire, counted from the start of today; null for the programme's default.</param>
    /// <param name="PendingDays">Days until they can be spent.</param>
    public sealed record Grant(long Points, int Source, int? ValidDays, int? PendingDays) : Step;

    public sealed record Deduct(long Points) : Step;

    /// <param name="Items">Which of a few SKUs, and how many.</param>
    public sealed record Redeem(params (int Sku, int Quantity)[] Items) : Step;

    /// <param name="Order">Counted back from the last one.</param>
    public sealed record Cancel(int Order) : Step;

    /// <param name="Points">How many.</param>
    /// <param name="Hours">Until the hold ends by itself.</param>
    public sealed record Hold(long Points, double Hours) : Step;

    /// <param name="Back">Which hold, counted back from the last one.</param>
    /// <param name="Part">How much of it, above 0 and at most 1.</param>
    public sealed record Capture(int Back, double Part) : Step;

    /// <param name="Back">Which hold, counted back from the last one.</param>
    public sealed record Release(int Back) : Step;

    /// <param name="Hours">May be a little below zero: clocks of two silos differ.</param>
    public sealed record Wait(double Hours) : Step;

    public sealed record Sweep : Step;

    /// <summary>The offer of a SKU changes.</summary>
    public sealed record SetLimit(int Sku, long? Limit, LimitWindow Window) : Step;
}
