using PointsMall.GrainInterfaces.Inventory;

namespace PointsMall.LoadTests.Bench;

/// <summary>What a scenario finds when it starts, made for it alone.</summary>
public sealed record StageNeeds
{
    /// <summary>Lots that a shopper has unless somebody wants fewer; as many as an account's row holds.</summary>
    public const int UsualLots = 24;

    /// <summary>Members who call. Their tokens are signed before the load begins: about 2,000 a second and core.</summary>
    public int Shoppers { get; init; } = 20_000;

    /// <summary>Lots that each shopper has, 1 to 24.</summary>
    public int LotsEach { get; init; } = UsualLots;

    /// <summary>Points that each shopper has in all.</summary>
    public long PointsEach { get; init; } = 1_000_000;

    /// <summary>Products for sale, each with one SKU.</summary>
    public IReadOnlyList<Shelf> Shelves { get; init; } = [];

    /// <summary>The scenario meets silos and an API that have just become ready and know nobody yet. Not possible with <c>--against</c>.</summary>
    public bool FreshProcesses { get; init; }
}

/// <summary>SKUs that are alike.</summary>
/// <param name="Name">How the scenario finds them: <see cref="Stage.Shelf"/>.</param>
/// <param name="Skus">How many.</param>
/// <param name="StockEach">Units of each.</param>
public sealed record Shelf(string Name, int Skus, long StockEach)
{
    /// <summary>Price of a unit.</summary>
    public long Points { get; init; } = 10;

    /// <summary>Units that one order may have of a SKU; null for any.</summary>
    public int? PerOrderLimit { get; init; }

    /// <summary>Units of a SKU that one member may redeem in a <see cref="Window"/>; null for any.</summary>
    public long? PerMemberLimit { get; init; }

    public LimitWindow Window { get; init; } = LimitWindow.Total;
}
