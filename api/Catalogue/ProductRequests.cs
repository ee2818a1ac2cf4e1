using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.GrainInterfaces.Catalogue;
using PointsMall.GrainInterfaces.Inventory;

namespace PointsMall.Api.Catalogue;

[Description(
    "A product's fields. Creating needs name, type and category; changing takes any, and a field sent as null is cleared."
)]
internal sealed record ProductRequest
{
    [Description("The name in the programme's own language, 1 to 200 characters.")]
    [MaxLength(Limits.Name)]
    public string? Name { get; init; }

    [Description("A sentence about it.")]
    [MaxLength(Limits.Summary)]
    public string? Summary { get; init; }

    [Description("The whole text.")]
    [MaxLength(Limits.Description)]
    public string? Description { get; init; }

    [Description("What kind of thing it is.")]
    [AllowedValues("product", "coupon", "gift")]
    public string? Type { get; init; }

    [Description(
        "The category's slug: lower-case letters and digits, words with a hyphen between."
    )]
    [MaxLength(Limits.Category)]
    public string? Category { get; init; }

    [Description("http(s) address or absolute path of the picture.")]
    [MaxLength(Limits.Url)]
    public string? ImageUrl { get; init; }

    [Description("Further pictures.")]
    [MaxLength(Limits.Images)]
    public IReadOnlyList<string?>? Images { get; init; }

    [Description("Short labels, at most 40 characters each.")]
    [MaxLength(Limits.Badges)]
    public IReadOnlyList<string?>? Badges { get; init; }

    [Description("Texts in other languages; they replace all that were there.")]
    [MaxLength(Limits.Translations)]
    public IReadOnlyList<TranslationRequest?>? Translations { get; init; }

    [Description("Redemptions begin; null for no beginning.")]
    public DateTimeOffset? RedeemableFrom { get; init; }

    [Description("Redemptions end, this instant excluded; null for no end.")]
    public DateTimeOffset? RedeemableTo { get; init; }

    /// <summary>The fields that were sent, texts checked. What values they may have is the product's own rule.</summary>
    /// <exception cref="ProblemException">A field is wrong.</exception>
    public ProductChanges ToChanges(IReadOnlySet<string> sent, bool create)
    {
        var errors = new FieldErrors();
        if (create)
        {
            errors.RequireSent(("name", Name), ("type", Type), ("category", Category));
        }
        var changes = new ProductChanges
        {
            Name = sent.Change("name", errors.Text("name", Name, Limits.Name)),
            Summary = sent.Change("summary", errors.Text("summary", Summary, Limits.Summary)),
            Description = sent.Change(
                "description",
                errors.Text("description", Description, Limits.Description)
            ),
            Type = sent.Change("type", Type),
            Category = sent.Change("category", errors.Text("category", Category, Limits.Category)),
            ImageUrl = sent.Change("imageUrl", errors.Text("imageUrl", ImageUrl, Limits.Url)),
            Images = sent.Change("images", errors.Texts("images", Images, Limits.Url)),
            Badges = sent.Change("badges", errors.Texts("badges", Badges, Limits.Badge)),
            Translations = sent.Change("translations", errors.Translations(Translations)),
            RedeemableFrom = sent.Change("redeemableFrom", RedeemableFrom),
            RedeemableTo = sent.Change("redeemableTo", RedeemableTo),
        };
        errors.ThrowIfAny();
        return changes;
    }
}

[Description("Texts in one language; what is missing or null is shown in the programme's own.")]
internal sealed record TranslationRequest
{
    [Description("BCP 47 tag, as `zh` or `zh-CN`.")]
    [Required]
    public string? Language { get; init; }

    [Description("The name.")]
    [MaxLength(Limits.Name)]
    public string? Name { get; init; }

    [Description("The summary; products only.")]
    [MaxLength(Limits.Summary)]
    public string? Summary { get; init; }

    [Description("The description; products only.")]
    [MaxLength(Limits.Description)]
    public string? Description { get; init; }
}

[Description(
    "A SKU's fields. Creating needs code, name and points; changing takes any, and a field sent as null is cleared."
)]
internal sealed record SkuRequest
{
    [Description("The code, unique in the product, 1 to 60 characters.")]
    [MaxLength(Limits.SkuCode)]
    public string? Code { get; init; }

    [Description("The name in the programme's own language, 1 to 200 characters.")]
    [MaxLength(Limits.Name)]
    public string? Name { get; init; }

    [Description("Names in other languages; they replace all that were there.")]
    [MaxLength(Limits.Translations)]
    public IReadOnlyList<TranslationRequest?>? Translations { get; init; }

    [Description("Points a unit.")]
    [Range(1, Limits.PointsEach)]
    public long? Points { get; init; }

    [Description("Most units in one order; null for no limit.")]
    [Range(1, Limits.Quantity)]
    public int? PerOrderLimit { get; init; }

    [Description("Quantities must be multiples of this; null for any.")]
    [Range(1, Limits.Quantity)]
    public int? MultipleOf { get; init; }

    [Description("Most units a member may redeem in the window; null for no limit.")]
    [Range(1, 1_000_000_000)]
    public long? PerMemberLimit { get; init; }

    [Description("The limit's window in the programme's zone; `total` when a limit has none.")]
    [AllowedValues("total", "day", "week", "month")]
    public string? PerMemberWindow { get; init; }

    [Description("Redemptions begin; the later of the product's and the SKU's counts.")]
    public DateTimeOffset? RedeemableFrom { get; init; }

    [Description(
        "Redemptions end, this instant excluded; the earlier of the product's and the SKU's counts."
    )]
    public DateTimeOffset? RedeemableTo { get; init; }

    /// <summary>The fields that were sent, texts checked. What values they may have is the product's own rule.</summary>
    /// <exception cref="ProblemException">A field is wrong.</exception>
    public SkuChanges ToChanges(IReadOnlySet<string> sent, bool create)
    {
        var errors = new FieldErrors();
        if (create)
        {
            errors.RequireSent(("code", Code), ("name", Name), ("points", Points));
        }
        LimitWindow? window = PerMemberWindow is null ? null : Names.ToLimitWindow(PerMemberWindow);
        if (PerMemberWindow is not null && window is null)
        {
            errors.Add(
                "perMemberWindow",
                $"must be one of {string.Join(", ", Names.LimitWindows)}"
            );
        }
        var changes = new SkuChanges
        {
            Code = sent.Change("code", errors.Text("code", Code, Limits.SkuCode)),
            Name = sent.Change("name", errors.Text("name", Name, Limits.Name)),
            Translations = sent.Change("translations", errors.Translations(Translations)),
            Points = sent.Change("points", Points),
            PerOrderLimit = sent.Change("perOrderLimit", PerOrderLimit),
            MultipleOf = sent.Change("multipleOf", MultipleOf),
            PerMemberLimit = sent.Change("perMemberLimit", PerMemberLimit),
            PerMemberWindow = sent.Change("perMemberWindow", window),
            RedeemableFrom = sent.Change("redeemableFrom", RedeemableFrom),
            RedeemableTo = sent.Change("redeemableTo", RedeemableTo),
        };
        errors.ThrowIfAny();
        return changes;
    }
}

[Description("Whether a product is offered.")]
internal sealed record ListingRequest
{
    [Description("True to offer it, false to stop new redemptions at once.")]
    [Required]
    public bool? Listed { get; init; }
}

/// <summary>How sent fields become changes.</summary>
internal static class SentFields
{
    public static Change<T> Change<T>(this IReadOnlySet<string> sent, string field, T? value) =>
        new(sent.Contains(field), value);

    public static void RequireSent(
        this FieldErrors errors,
        params ReadOnlySpan<(string Field, object? Value)> fields
    )
    {
        foreach (var (field, value) in fields)
        {
            if (value is null)
            {
                errors.Add(field, "is needed");
            }
        }
    }

    public static ImmutableArray<string>? Texts(
        this FieldErrors errors,
        string field,
        IReadOnlyList<string?>? texts,
        int max
    ) =>
        texts is null
            ? null
            : [.. texts.Select((text, i) => errors.RequiredText($"{field}[{i}]", text, max))];

    public static ImmutableArray<Translation>? Translations(
        this FieldErrors errors,
        IReadOnlyList<TranslationRequest?>? translations
    ) =>
        translations is null
            ? null
            :
            [
                .. translations.Select(
                    (texts, i) =>
                    {
                        var at = $"translations[{i}]";
                        return new Translation(
                            errors.RequiredText(
                                $"{at}.language",
                                texts?.Language,
                                Limits.LanguageTag
                            ),
                            errors.Text($"{at}.name", texts?.Name, Limits.Name),
                            errors.Text($"{at}.summary", texts?.Summary, Limits.Summary),
                            errors.Text($"{at}.description", texts?.Description, Limits.Description)
                        );
                    }
                ),
            ];
}
