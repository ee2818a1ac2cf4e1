namespace PointsMall.Grains.Catalogue;

/// <summary>
/// A row of <c>product</c>. Its properties are the table's columns, so that the same JSON is read from the row, written to it, and kept as
/// what was before and after a change.
/// </summary>
public sealed record Product
{
    public required Guid ProductId { get; init; }

    /// <summary>The fence: one more with every change of the product or of one of its SKUs.</summary>
    public required long Version { get; init; }
    public required string Name { get; init; }
    public string Summary { get; init; } = "";
    public string Description { get; init; } = "";

    /// <summary>One of <see cref="CatalogueRules.Types"/>.</summary>
    public required string Type { get; init; }
    public required string Category { get; init; }
    public string? ImageUrl { get; init; }
    public ImmutableArray<string> Images { get; init; } = [];
    public ImmutableArray<string> Badges { get; init; } = [];

    /// <summary>By BCP 47 tag.</summary>
    public ImmutableSortedDictionary<string, ProductTexts> Translations { get; init; } =
        ImmutableSortedDictionary.Create<string, ProductTexts>(StringComparer.Ordinal);
    public bool Listed { get; init; }
    public DateTimeOffset? RedeemableFrom { get; init; }
    public DateTimeOffset? RedeemableTo { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A product's texts in one language; null falls back to the default language.</summary>
public sealed record ProductTexts(string? Name, string? Summary, string? Description);

/// <summary>A row of <c>sku</c>, as <see cref="Product"/> is one of <c>product</c>.</summary>
public sealed record Sku
{
    public required Guid SkuId { get; init; }
    public required Guid ProductId { get; init; }

    /// <summary>The order in which the product shows its SKUs.</summary>
    public required int Position { get; init; }
    public required string Code { get; init; }
    public required string Name { get; init; }

    /// <summary>By BCP 47 tag.</summary>
    public ImmutableSortedDictionary<string, SkuTexts> Translations { get; init; } =
        ImmutableSortedDictionary.Create<string, SkuTexts>(StringComparer.Ordinal);
    public required long Points { get; init; }
    public int? PerOrderLimit { get; init; }
    public int? MultipleOf { get; init; }
    public long? PerMemberLimit { get; init; }

    /// <summary>Set exactly when there is a limit.</summary>
    public LimitWindow? PerMemberWindow { get; init; }

    /// <summary>Orders made before this instant may be missing from the members' counters; null: none can be.</summary>
    public DateTimeOffset? LimitCountedFrom { get; init; }
    public DateTimeOffset? RedeemableFrom { get; init; }
    public DateTimeOffset? RedeemableTo { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Nothing of it is sold since; null while it is.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>The check that stopped the sale, or <see cref="CatalogueRules.ByStaff"/>; set exactly while it is stopped.</summary>
    public string? StoppedBy { get; init; }
}

/// <summary>A SKU's text in one language; null falls back to the default language.</summary>
public sealed record SkuTexts(string? Name);

/// <summary>A product and its SKUs as they were last committed, SKUs in their order.</summary>
public sealed record ProductState(Product Product, ImmutableArray<Sku> Skus);
