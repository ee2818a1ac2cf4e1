using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.Api.Earning;

[Description("Something that a member did and that rules may reward.")]
internal sealed record EarningEventRequest : EventFields
{
    [Description("Whose event.")]
    [Required]
    public Guid? MemberId { get; init; }

    /// <summary>The question what the event would earn. What is in bounds and what fits together is checked by the silos.</summary>
    /// <exception cref="ProblemException">A field is wrong.</exception>
    public EarningPreviewRequest ToPreview(DateTimeOffset now)
    {
        var errors = new FieldErrors();
        if (MemberId is null)
        {
            errors.Add("memberId", "is needed");
        }
        var request = new EarningPreviewRequest
        {
            MemberId = MemberId ?? Guid.Empty,
            Event = ToEvent(now, errors),
        };
        errors.ThrowIfAny();
        return request;
    }
}

/// <summary>What an event is, whoever it is about.</summary>
internal abstract record EventFields
{
    [Description("Your own id of the event, 1 to 100 characters; an event earns once.")]
    [Required, MaxLength(Limits.EventId)]
    public string? EventId { get; init; }

    [Description("What happened, in snake_case, as `purchase_paid`.")]
    [Required, MaxLength(Limits.Source)]
    public string? Type { get; init; }

    [Description("When it happened: the rules in force then decide. Now when missing or null.")]
    public DateTimeOffset? OccurredAt { get; init; }

    [Description("Where it happened, as `app`.")]
    [MaxLength(Limits.Source)]
    public string? Channel { get; init; }

    [Description("Your own id of the store.")]
    [MaxLength(Limits.EventId)]
    public string? Store { get; init; }

    [Description("What was bought, when the event is about a purchase.")]
    public PurchaseRequest? Purchase { get; init; }

    [Description(
        "What else rules may ask about: at most 32 names in snake_case, each with a text of at most 200 characters, a number, true or false."
    )]
    public IReadOnlyDictionary<string, JsonElement>? Attributes { get; init; }

    protected EarningEvent ToEvent(DateTimeOffset now, FieldErrors errors) =>
        new()
        {
            EventId = errors.RequiredText("eventId", EventId, Limits.EventId),
            Type = errors.RequiredText("type", Type, Limits.Source),
            OccurredAt = OccurredAt ?? now,
            Channel = errors.Text("channel", Channel, Limits.Source),
            Store = errors.Text("store", Store, Limits.EventId),
            Purchase = Purchase?.ToPurchase(errors),
            Attributes =
            [
                .. (Attributes ?? ImmutableDictionary<string, JsonElement>.Empty)
                    .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
                    .Select(attribute => ToAttribute(attribute.Key, attribute.Value, errors)),
            ],
        };

    private static EventAttribute ToAttribute(string name, JsonElement value, FieldErrors errors)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when TextRules.TextOf(value) is { } text:
                return new EventAttribute
                {
                    Name = name,
                    Text = errors.Text($"attributes.{name}", text, Limits.Attribute),
                };
            case JsonValueKind.Number when value.TryGetDecimal(out var number):
                return new EventAttribute { Name = name, Number = number };
            case JsonValueKind.True or JsonValueKind.False:
                return new EventAttribute { Name = name, Flag = value.GetBoolean() };
            default:
                errors.Add($"attributes.{name}", "must be a text, a number, true or false");
                return new EventAttribute { Name = name };
        }
    }
}

[Description("A purchase. Amounts are in minor units of its currency.")]
internal sealed record PurchaseRequest
{
    [Description("Your own id of the order, 1 to 100 characters.")]
    [Required, MaxLength(Limits.EventId)]
    public string? OrderId { get; init; }

    [Description("ISO 4217 code, as `CNY`.")]
    [Required, MinLength(3), MaxLength(3)]
    public string? Currency { get; init; }

    [Description("Freight; not in the lines' amounts. 0 when missing or null.")]
    [Range(0, Limits.Points)]
    public long? Shipping { get; init; }

    [Description("Tax; not in the lines' amounts. 0 when missing or null.")]
    [Range(0, Limits.Points)]
    public long? Tax { get; init; }

    [Description(
        "Discount on the whole order, at most the sum of the lines' amounts. 0 when missing or null."
    )]
    [Range(0, Limits.Points)]
    public long? Discount { get; init; }

    [Description("The worth of the points that paid a part of it. 0 when missing or null.")]
    [Range(0, Limits.Points)]
    public long? PaidWithPoints { get; init; }

    [Description("The lines.")]
    [Required, MinLength(1), MaxLength(Limits.PurchaseLines)]
    public IReadOnlyList<PurchaseLineRequest>? Lines { get; init; }

    public Purchase ToPurchase(FieldErrors errors)
    {
        var lines = Lines ?? [];
        if (lines.Count is < 1 or > Limits.PurchaseLines || lines.Any(line => line is null))
        {
            errors.Add("purchase.lines", $"must be 1 to {Limits.PurchaseLines} lines");
            lines = [];
        }
        return new Purchase
        {
            OrderId = errors.RequiredText("purchase.orderId", OrderId, Limits.EventId),
            Currency = errors.RequiredText("purchase.currency", Currency, max: 3),
            Shipping = Shipping ?? 0,
            Tax = Tax ?? 0,
            Discount = Discount ?? 0,
            PaidWithPoints = PaidWithPoints ?? 0,
            Lines = [.. lines.Select((line, i) => line.ToLine($"purchase.lines[{i}]", errors))],
        };
    }
}

[Description("One line of a purchase.")]
internal sealed record PurchaseLineRequest
{
    [Description("The line's id within the order, 1 to 100 characters; refunds name it.")]
    [Required, MaxLength(Limits.EventId)]
    public string? LineId { get; init; }

    [Description("Your own code of what was bought.")]
    [Required, MaxLength(Limits.EventId)]
    public string? Sku { get; init; }

    [Description("Your own category of it; empty when missing or null.")]
    [MaxLength(Limits.EventId)]
    public string? Category { get; init; }

    [Description("How many.")]
    [Required, Range(1, 1_000_000)]
    public int? Quantity { get; init; }

    [Description("The whole line in minor units, before the order's discount.")]
    [Required, Range(0, Limits.Points)]
    public long? Amount { get; init; }

    public PurchaseLine ToLine(string field, FieldErrors errors) =>
        new()
        {
            LineId = errors.RequiredText($"{field}.lineId", LineId, Limits.EventId),
            Sku = errors.RequiredText($"{field}.sku", Sku, Limits.EventId),
            Category = errors.Text($"{field}.category", Category, Limits.EventId) ?? "",
            Quantity = (int)errors.RequiredNumber($"{field}.quantity", Quantity, 1, 1_000_000),
            Amount = errors.RequiredNumber($"{field}.amount", Amount, 0, Limits.Points),
        };
}
