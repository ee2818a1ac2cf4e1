namespace PointsMall.Grains.Catalogue;

/// <summary>What a change of the catalogue comes to: a refusal, or the rows as they will be.</summary>
public sealed record CatalogueDecision
{
    /// <summary>Set when the change is refused; everything else is then unset.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>The product after the change; its version is one more than before.</summary>
    public Product? Product { get; init; }

    /// <summary>The SKU after the change; null when only the product changes.</summary>
    public Sku? Sku { get; init; }

    /// <summary>The SKU is new and gets empty stock.</summary>
    public bool NewSku { get; init; }

    /// <summary>SKUs whose terms change: a claim made under the old ones must not be committed.</summary>
    public ImmutableArray<Guid> BumpedSkus { get; init; } = [];

    public static CatalogueDecision Refuse(Refusal refusal) => new() { Refusal = refusal };

    public static CatalogueDecision Refuse(RefusalCode code) =>
        Refuse(GrainInterfaces.Refusal.Of(code));

    /// <summary>The product after the commit.</summary>
    /// <param name="before">As it was; null for a new product.</param>
    public ProductState After(ProductState? before)
    {
        var product = Product ?? throw new InvalidOperationException("A refusal changes nothing");
        var skus = before?.Skus ?? [];
        if (Sku is { } sku)
        {
            skus = NewSku
                ? skus.Add(sku)
                : [.. skus.Select(old => old.SkuId == sku.SkuId ? sku : old)];
        }
        return new ProductState(product, skus);
    }
}
