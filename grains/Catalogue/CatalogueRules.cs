using PointsMall.GrainInterfaces.Catalogue;
using PointsMall.Grains.Members;

namespace PointsMall.Grains.Catalogue;

/// <summary>What a product and its SKUs may become.</summary>
public static class CatalogueRules
{
    /// <summary>SKUs that one product may have: it is loaded, listed and delisted as one.</summary>
    public const int MaxSkus = 100;

    /// <summary>Who has stopped a sale that no check has.</summary>
    public const string ByStaff = "staff";

    /// <summary>The kinds of product.</summary>
    public static ImmutableArray<string> Types { get; } = ["product", "coupon", "gift"];

    /// <param name="productId">The new product's UUIDv7.</param>
    /// <param name="changes">Name, type and category at least.</param>
    /// <param name="at">Now.</param>
    public static CatalogueDecision Create(
        Guid productId,
        ProductChanges changes,
        DateTimeOffset at
    ) =>
        Decide(
            new Product
            {
                ProductId = productId,
                Version = 0,
                Name = "",
                Type = "",
                Category = "",
                CreatedAt = Instants.Truncate(at),
            },
            [],
            changes
        );

    public static CatalogueDecision Change(ProductState state, ProductChanges changes) =>
        Decide(state.Product, state.Skus, changes);

    public static CatalogueDecision SetListing(ProductState state, bool listed) =>
        Next(state.Product, state.Skus, state.Product with { Listed = listed });

    /// <param name="state">The product.</param>
    /// <param name="skuId">The new SKU's UUIDv7.</param>
    /// <param name="changes">Code, name and points at least.</param>
    /// <param name="at">Now.</param>
    public static CatalogueDecision AddSku(
        ProductState state,
        Guid skuId,
        SkuChanges changes,
        DateTimeOffset at
    )
    {
        if (state.Skus.Length >= MaxSkus)
        {
            return CatalogueDecision.Refuse(
                Refusal.Invalid("skus", $"A product has at most {MaxSkus} SKUs")
            );
        }
        var blank = new Sku
        {
            SkuId = skuId,
            ProductId = state.Product.ProductId,
            Position = state.Skus.IsEmpty ? 1 : state.Skus.Max(sku => sku.Position) + 1,
            Code = "",
            Name = "",
            Points = 0,
            CreatedAt = Instants.Truncate(at),
        };
        return Apply(state, blank, changes, out var sku) is { } refusal
            ? CatalogueDecision.Refuse(refusal)
            : new CatalogueDecision
            {
                Product = Advanced(state.Product),
                Sku = sku,
                NewSku = true,
            };
    }

    /// <param name="state">The product.</param>
    /// <param name="skuId">One of its SKUs.</param>
    /// <param name="changes">The fields sent.</param>
    /// <param name="redeemed">Units in live orders of the SKU, read after the product.</param>
    /// <param name="committedBy">The change is committed by then, or not at all.</param>
    public static CatalogueDecision ChangeSku(
        ProductState state,
        Guid skuId,
        SkuChanges changes,
        long redeemed,
        DateTimeOffset committedBy
    )
    {
        if (state.Skus.FirstOrDefault(sku => sku.SkuId == skuId) is not { } before)
        {
            return UnknownSku(skuId);
        }
        if (Apply(state, before, changes, out var after) is { } refusal)
        {
            return CatalogueDecision.Refuse(refusal);
        }
        // A delisted product's stock has an epoch that no gate sells under, so nothing is redeemed behind the count that was read.
        var mayHaveOrders = redeemed > 0 || state.Product.Listed;
        after = after with
        {
            LimitCountedFrom = CountedFrom(before, after, mayHaveOrders, committedBy),
        };
        return Next(state.Product, before, after);
    }

    /// <summary>Stops the sale of a SKU; one that is stopped keeps its first reason.</summary>
    /// <param name="state">The product.</param>
    /// <param name="skuId">One of its SKUs.</param>
    /// <param name="by">The check that does not hold, or <see cref="ByStaff"/>.</param>
    /// <param name="at">Now.</param>
    public static CatalogueDecision StopSale(
        ProductState state,
        Guid skuId,
        string by,
        DateTimeOffset at
    ) =>
        SetSale(
            state,
            skuId,
            sku =>
                sku.StoppedAt is null
                    ? sku with
                    {
                        StoppedAt = Instants.Truncate(at),
                        StoppedBy = by,
                    }
                    : sku
        );

    /// <summary>Lets a SKU be sold again.</summary>
    public static CatalogueDecision ResumeSale(ProductState state, Guid skuId) =>
        SetSale(state, skuId, sku => sku with { StoppedAt = null, StoppedBy = null });

    private static CatalogueDecision SetSale(
        ProductState state,
        Guid skuId,
        Func<Sku, Sku> change
    ) =>
        state.Skus.FirstOrDefault(sku => sku.SkuId == skuId) is { } before
            ? Next(state.Product, before, change(before))
            : UnknownSku(skuId);

    private static CatalogueDecision UnknownSku(Guid skuId) =>
        CatalogueDecision.Refuse(Refusal.Of(RefusalCode.SkuNotFound) with { SkuId = skuId });

    private static CatalogueDecision Next(Product product, Sku before, Sku after) =>
        new()
        {
            Product = Advanced(product),
            Sku = after,
            BumpedSkus = TermsOf(before) == TermsOf(after) ? [] : [after.SkuId],
        };

    /// <summary>
    /// The counters of a window are kept while it limits. Orders of the time before are in no counter, and the last of those may be
    /// committed until the change is: what is counted from is therefore the instant by which that has happened.
    /// </summary>
    private static DateTimeOffset? CountedFrom(
        Sku before,
        Sku after,
        bool mayHaveOrders,
        DateTimeOffset committedBy
    )
    {
        if (after.PerMemberWindow == before.PerMemberWindow)
        {
            return before.LimitCountedFrom;
        }
        return after.PerMemberWindow is null || !mayHaveOrders
            ? null
            : Instants.Truncate(committedBy + ClockTolerance);
    }

    /// <summary>An order's time is its silo's clock, which may be this far from the database's; the host checks a smaller bound.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);

    private static CatalogueDecision Decide(
        Product before,
        ImmutableArray<Sku> skus,
        ProductChanges changes
    )
    {
        if (CatalogueFields.Check(changes.Translations) is { } unreadable)
        {
            return CatalogueDecision.Refuse(unreadable);
        }
        var after = before with
        {
            Name = changes.Name.Or(before.Name) ?? "",
            Summary = changes.Summary.Or(before.Summary) ?? "",
            Description = changes.Description.Or(before.Description) ?? "",
            Type = changes.Type.Or(before.Type) ?? "",
            Category = changes.Category.Or(before.Category) ?? "",
            ImageUrl = changes.ImageUrl.Or(before.ImageUrl),
            Images = CatalogueFields.OrNone(changes.Images.Or(before.Images)),
            Badges = CatalogueFields.OrNone(changes.Badges.Or(before.Badges)),
            Translations = changes.Translations.IsSet
                ? CatalogueFields
                    .OrNone(changes.Translations.Value)
                    .ToImmutableSortedDictionary(
                        texts => texts.Language,
                        texts => new ProductTexts(texts.Name, texts.Summary, texts.Description),
                        StringComparer.Ordinal
                    )
                : before.Translations,
            RedeemableFrom = Truncate(changes.RedeemableFrom.Or(before.RedeemableFrom)),
            RedeemableTo = Truncate(changes.RedeemableTo.Or(before.RedeemableTo)),
        };
        return CatalogueFields.Check(after) is { } refusal
            ? CatalogueDecision.Refuse(refusal)
            : Next(before, skus, after);
    }

    private static CatalogueDecision Next(
        Product before,
        ImmutableArray<Sku> skus,
        Product after
    ) =>
        new()
        {
            Product = Advanced(after),
            BumpedSkus =
                TermsOf(before) == TermsOf(after) ? [] : [.. skus.Select(sku => sku.SkuId)],
        };

    private static Refusal? Apply(ProductState state, Sku before, SkuChanges changes, out Sku after)
    {
        var limit = changes.PerMemberLimit.Or(before.PerMemberLimit);
        var window = changes.PerMemberWindow.Or(before.PerMemberWindow);
        after = before with
        {
            Code = changes.Code.Or(before.Code) ?? "",
            Name = changes.Name.Or(before.Name) ?? "",
            Points = changes.Points.Or(before.Points) ?? 0,
            PerOrderLimit = changes.PerOrderLimit.Or(before.PerOrderLimit),
            MultipleOf = changes.MultipleOf.Or(before.MultipleOf),
            PerMemberLimit = limit,
            PerMemberWindow = limit is null ? null : window ?? LimitWindow.Total,
            RedeemableFrom = Truncate(changes.RedeemableFrom.Or(before.RedeemableFrom)),
            RedeemableTo = Truncate(changes.RedeemableTo.Or(before.RedeemableTo)),
        };
        if (CatalogueFields.Check(changes) is { } unreadable)
        {
            return unreadable;
        }
        if (changes.PerMemberWindow is { IsSet: true, Value: not null } && limit is null)
        {
            return Refusal.Invalid("perMemberWindow", "Has a meaning only with perMemberLimit");
        }
        if (changes.Translations.IsSet)
        {
            after = after with
            {
                Translations = CatalogueFields
                    .OrNone(changes.Translations.Value)
                    .ToImmutableSortedDictionary(
                        texts => texts.Language,
                        texts => new SkuTexts(texts.Name),
                        StringComparer.Ordinal
                    ),
            };
        }
        if (CatalogueFields.Check(after) is { } refusal)
        {
            return refusal;
        }
        var code = after.Code;
        return state.Skus.Any(other => other.SkuId != before.SkuId && other.Code == code)
            ? Refusal.Of(RefusalCode.SkuCodeTaken) with
            {
                Field = "code",
            }
            : null;
    }

    /// <summary>What an order of any of the product's SKUs depends on.</summary>
    private static (string, bool, DateTimeOffset?, DateTimeOffset?) TermsOf(Product product) =>
        (product.Name, product.Listed, product.RedeemableFrom, product.RedeemableTo);

    /// <summary>What an order of the SKU depends on: all but how it is shown.</summary>
    private static Sku TermsOf(Sku sku) =>
        sku with
        {
            Code = "",
            Position = 0,
            Translations = ImmutableSortedDictionary<string, SkuTexts>.Empty,
        };

    private static Product Advanced(Product product) =>
        product with
        {
            Version = product.Version + 1,
        };

    private static DateTimeOffset? Truncate(DateTimeOffset? instant) =>
        instant is { } set ? Instants.Truncate(set) : null;
}
