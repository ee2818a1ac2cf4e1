using PointsMall.Api.Requests;
using PointsMall.GrainInterfaces.Inventory;

namespace PointsMall.Api.Catalogue;

/// <summary>A product's row with its SKUs'.</summary>
internal sealed record ProductRecord(ProductRow Product, IReadOnlyList<SkuRow> Skus)
{
    /// <param name="languages">Those of the answer.</param>
    /// <param name="eligibility">The member's, if it is one who asks.</param>
    /// <param name="forStaff">Say also which sales are stopped.</param>
    public ProductDetailAnswer ToAnswer(
        LanguagesSent languages,
        EligibilityAnswer? eligibility,
        bool forStaff
    ) =>
        languages.Pick(
            Product.Translations,
            text => new ProductDetailAnswer
            {
                ProductId = Product.ProductId,
                Name = text("name", Product.Name),
                Summary = text("summary", Product.Summary),
                Description = text("description", Product.Description),
                Type = Product.Type,
                Category = Product.Category,
                ImageUrl = Product.ImageUrl,
                Images = Product.Images,
                Badges = Product.Badges,
                Listed = Product.Listed,
                FromPoints = Skus.Count == 0 ? 0 : Skus.Min(sku => sku.Points),
                InStock = Skus.Any(sku => sku.Available > 0),
                RedeemableFrom = Product.RedeemableFrom.ToInstant(),
                RedeemableTo = Product.RedeemableTo.ToInstant(),
                Skus = [.. Skus.Select(sku => sku.ToAnswer(languages, forStaff))],
                Eligibility = eligibility,
            }
        );
}

internal sealed class ProductRow
{
    public Guid ProductId { get; init; }
    public string Name { get; init; } = "";
    public string Summary { get; init; } = "";
    public string Description { get; init; } = "";
    public string Type { get; init; } = "";
    public string Category { get; init; } = "";
    public string? ImageUrl { get; init; }
    public string[] Images { get; init; } = [];
    public string[] Badges { get; init; } = [];
    public string Translations { get; init; } = "{}";
    public bool Listed { get; init; }
    public DateTime? RedeemableFrom { get; init; }
    public DateTime? RedeemableTo { get; init; }
    public long FromPoints { get; init; }
    public bool InStock { get; init; }

    public ProductAnswer ToAnswer(LanguagesSent languages) =>
        languages.Pick(
            Translations,
            text => new ProductAnswer
            {
                ProductId = ProductId,
                Name = text("name", Name),
                Summary = text("summary", Summary),
                Type = Type,
                Category = Category,
                ImageUrl = ImageUrl,
                FromPoints = FromPoints,
                InStock = InStock,
                Badges = Badges,
                RedeemableFrom = RedeemableFrom.ToInstant(),
                RedeemableTo = RedeemableTo.ToInstant(),
            }
        );
}

internal sealed class SkuRow
{
    public Guid SkuId { get; init; }
    public string Code { get; init; } = "";
    public string Name { get; init; } = "";
    public string Translations { get; init; } = "{}";
    public long Points { get; init; }
    public int? PerOrderLimit { get; init; }
    public int? MultipleOf { get; init; }
    public long? PerMemberLimit { get; init; }
    public short? PerMemberWindow { get; init; }
    public DateTime? RedeemableFrom { get; init; }
    public DateTime? RedeemableTo { get; init; }
    public long Available { get; init; }
    public DateTime? StoppedAt { get; init; }
    public string? StoppedBy { get; init; }

    public SkuAnswer ToAnswer(LanguagesSent languages, bool forStaff) =>
        languages.Pick(
            Translations,
            text => new SkuAnswer
            {
                SkuId = SkuId,
                Code = Code,
                Name = text("name", Name),
                Points = Points,
                Available = Available,
                PerOrderLimit = PerOrderLimit,
                MultipleOf = MultipleOf,
                PerMemberLimit = PerMemberLimit,
                Window = PerMemberWindow is { } window ? Names.Of((LimitWindow)window) : null,
                RedeemableFrom = RedeemableFrom.ToInstant(),
                RedeemableTo = RedeemableTo.ToInstant(),
                SaleStopped = forStaff ? SaleStopAnswer.Of(StoppedAt, StoppedBy) : null,
            }
        );
}
