using PointsMall.LoadTests.Bench.Histories;
using PointsMall.LoadTests.Bench.Watching;

namespace PointsMall.LoadTests.Bench;

/// <summary>A mall that runs and is filled, as one scenario sees it.</summary>
public sealed class Stage
{
    /// <summary>Where the API listens.</summary>
    public required Uri Api { get; init; }

    public required BenchOptions Options { get; init; }

    /// <summary>What the scenario asked for.</summary>
    public required StageNeeds Needs { get; init; }

    /// <summary>Members with points; nobody else calls for them.</summary>
    public required IReadOnlyList<Shopper> Shoppers { get; init; }

    /// <summary>All SKUs, in the order of <see cref="StageNeeds.Shelves"/>.</summary>
    public required IReadOnlyList<StageSku> Skus { get; init; }

    /// <summary>May do everything.</summary>
    public required ICaller Staff { get; init; }

    /// <summary>May grant and deduct points.</summary>
    public required ICaller Partner { get; init; }

    /// <summary>Every answer to a command goes here.</summary>
    public History History { get; } = new();

    /// <summary>What the mall's processes measured of themselves; complete when the load is over.</summary>
    public IReadOnlyList<SampledSeries> Series => Watch?.Series ?? [];

    internal RunWatch? Watch { get; set; }

    /// <summary>The SKUs of one shelf.</summary>
    public IReadOnlyList<StageSku> Shelf(string name) =>
        [.. Skus.Where(sku => string.Equals(sku.Shelf, name, StringComparison.Ordinal))];
}

/// <summary>A SKU that is for sale.</summary>
/// <param name="Shelf">The name of its shelf.</param>
/// <param name="SkuId">The SKU.</param>
/// <param name="ProductId">Its product, which has no other.</param>
/// <param name="Name">How an order names it.</param>
/// <param name="Points">Price of a unit.</param>
/// <param name="Stock">Units given.</param>
public sealed record StageSku(
    string Shelf,
    Guid SkuId,
    Guid ProductId,
    string Name,
    long Points,
    long Stock
);
