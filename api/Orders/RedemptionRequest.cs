using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Orders;

[Description("What to redeem: all of it or nothing.")]
internal sealed record RedemptionRequest
{
    [Description("1 to 20 items over different SKUs.")]
    [Required, MinLength(1), MaxLength(Limits.Items)]
    public IReadOnlyList<RedemptionItemRequest?>? Items { get; init; }

    [Description("A free text for the order.")]
    [MaxLength(Limits.Note)]
    public string? Note { get; init; }

    /// <summary>The items and the note as the command takes them.</summary>
    /// <exception cref="ProblemException">A field is wrong.</exception>
    public (ImmutableArray<RedemptionItem> Items, string? Note) Checked()
    {
        var errors = new FieldErrors();
        var items = Items ?? [];
        if (items.Count is 0 or > Limits.Items)
        {
            errors.Add("items", $"must be 1 to {Limits.Items} items");
        }
        var result = ImmutableArray.CreateBuilder<RedemptionItem>(items.Count);
        for (var i = 0; i < items.Count && i < Limits.Items; i++)
        {
            var skuId = items[i]?.SkuId;
            if (skuId is null || skuId == Guid.Empty)
            {
                errors.Add($"items[{i}].skuId", "must be the UUID of a SKU");
            }
            else if (result.Any(other => other.SkuId == skuId))
            {
                errors.Add(
                    $"items[{i}].skuId",
                    "must not be in the items twice; raise the quantity"
                );
            }
            var quantity = errors.RequiredNumber(
                $"items[{i}].quantity",
                items[i]?.Quantity,
                1,
                Limits.Quantity
            );
            result.Add(new RedemptionItem(skuId ?? Guid.Empty, (int)quantity));
        }
        var note = errors.Text("note", Note, Limits.Note);
        errors.ThrowIfAny();
        return (result.DrainToImmutable(), note);
    }
}

[Description("One line of a redemption.")]
internal sealed record RedemptionItemRequest
{
    [Description("What.")]
    [Required]
    public Guid? SkuId { get; init; }

    [Description("How many units.")]
    [Required, Range(1, Limits.Quantity)]
    public int? Quantity { get; init; }
}

[Description("Why an order is cancelled.")]
internal sealed record CancelRequest
{
    [Description("Why.")]
    [MaxLength(Limits.Reason)]
    public string? Reason { get; init; }
}
