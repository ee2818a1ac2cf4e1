namespace PointsMall.Grains.Orders;

/// <summary>An order as its rows stand.</summary>
/// <param name="Order">What callers see of it.</param>
/// <param name="Lots">The lots that its redemption drew on, from the ledger entry.</param>
public sealed record StoredOrder(Order Order, ImmutableArray<EntryLot> Lots);
