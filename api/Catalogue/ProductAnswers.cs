using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Catalogue;

[Description("A product in the list.")]
internal record ProductAnswer
{
    [Description("UUIDv7.")]
    public required Guid ProductId { get; init; }

    [Description("The name, in the language chosen.")]
    public required string Name { get; init; }

    [Description("A sentence about it, in the language chosen.")]
    public required string Summary { get; init; }

    [Description("What kind of thing it is.")]
    [AllowedValues("product", "coupon", "gift")]
    public required string Type { get; init; }

    [Description("The category's slug.")]
    public required string Category { get; init; }

    [Description("http(s) address or absolute path of the picture; null for none.")]
    public required string? ImageUrl { get; init; }

    [Description("Points of the cheapest SKU.")]
    public required long FromPoints { get; init; }

    [Description("At least one SKU has stock.")]
    public required bool InStock { get; init; }

    [Description("Short labels.")]
    public required IReadOnlyList<string> Badges { get; init; }

    [Description("Redemptions begin; null for no beginning.")]
    public required DateTimeOffset? RedeemableFrom { get; init; }

    [Description("Redemptions end, this instant excluded; null for no end.")]
    public required DateTimeOffset? RedeemableTo { get; init; }
}

[Description("A product with its SKUs.")]
internal sealed record ProductDetailAnswer : ProductAnswer
{
    [Description("The whole text, in the language chosen.")]
    public required string Description { get; init; }

    [Description("Further pictures.")]
    public required IReadOnlyList<string> Images { get; init; }

    [Description("False when it is delisted; then only staff sees it.")]
    public required bool Listed { get; init; }

    [Description("What can be redeemed.")]
    public required IReadOnlyList<SkuAnswer> Skus { get; init; }

    [Description("Whether the member can redeem it now; only with a member's token.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EligibilityAnswer? Eligibility { get; init; }
}

[Description("A SKU: one thing that can be redeemed.")]
internal sealed record SkuAnswer
{
    [Description("UUIDv7.")]
    public required Guid SkuId { get; init; }

    [Description("The code, unique in the product.")]
    public required string Code { get; init; }

    [Description("The name, in the language chosen.")]
    public required string Name { get; init; }

    [Description("Points a unit.")]
    public required long Points { get; init; }

    [Description("Units left.")]
    public required long Available { get; init; }

    [Description("Most units in one order; absent for no limit.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PerOrderLimit { get; init; }

    [Description("Quantities must be multiples of this; absent for any.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MultipleOf { get; init; }

    [Description("Most units a member may redeem in the window; absent for no limit.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PerMemberLimit { get; init; }

    [Description("The limit's window, in the programme's zone; absent without a limit.")]
    [AllowedValues("total", "day", "week", "month")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Window { get; init; }

    [Description("Redemptions of this SKU begin; null for no beginning of its own.")]
    public required DateTimeOffset? RedeemableFrom { get; init; }

    [Description("Redemptions of this SKU end, this instant excluded; null for no end of its own.")]
    public required DateTimeOffset? RedeemableTo { get; init; }

    [Description("Since when and why it is not sold; only for staff, absent while it is sold.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SaleStopAnswer? SaleStopped { get; init; }
}

[Description("A sale that is stopped.")]
internal sealed record SaleStopAnswer
{
    [Description("Since when.")]
    public required DateTimeOffset At { get; init; }

    [Description("The check of the verification that does not hold, or `staff`.")]
    public required string By { get; init; }

    public static SaleStopAnswer? Of(DateTime? at, string? by) =>
        at.ToInstant() is { } since ? new() { At = since, By = by ?? "" } : null;
}

[Description("Whether a member can redeem a product now.")]
internal sealed record EligibilityAnswer
{
    [Description("At least one SKU can be redeemed now.")]
    public required bool Redeemable { get; init; }

    [Description(
        "Why no SKU can be redeemed, as the codes that a redemption would be refused with."
    )]
    public required IReadOnlyList<string> Reasons { get; init; }
}
