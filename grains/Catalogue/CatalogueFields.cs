using System.Text.RegularExpressions;
using PointsMall.GrainInterfaces.Catalogue;

namespace PointsMall.Grains.Catalogue;

/// <summary>What values a product's and a SKU's fields may have. Fields are named as the HTTP body names them.</summary>
internal static partial class CatalogueFields
{
    private const int MaxName = 200;
    private const int MaxSummary = 500;
    private const int MaxDescription = 10_000;
    private const int MaxCategory = 60;
    private const int MaxCode = 60;
    private const int MaxAddress = 2_000;
    private const int MaxImages = 20;
    private const int MaxBadges = 10;
    private const int MaxBadge = 40;
    private const int MaxTranslations = 20;
    private const long MaxPoints = 1_000_000_000_000;
    private const long MaxPerMember = 1_000_000_000;

    /// <summary>A line of a redemption has at most this many units.</summary>
    private const int MaxQuantity = 1_000;

    public static ImmutableArray<T> OrNone<T>(ImmutableArray<T>? items) =>
        items is { IsDefault: false } set ? set : [];

    public static Refusal? Check(Product product) =>
        Text("name", product.Name, 1, MaxName)
        ?? Text("summary", product.Summary, 0, MaxSummary)
        ?? Text("description", product.Description, 0, MaxDescription)
        ?? (
            CatalogueRules.Types.Contains(product.Type)
                ? null
                : Refusal.Invalid("type", $"One of {string.Join(", ", CatalogueRules.Types)}")
        )
        ?? (
            product.Category.Length <= MaxCategory && Slug().IsMatch(product.Category)
                ? null
                : Refusal.Invalid(
                    "category",
                    $"1 to {MaxCategory} characters: lower-case letters and digits, in words with a hyphen between"
                )
        )
        ?? (product.ImageUrl is { } address ? Address("imageUrl", address) : null)
        ?? Images(product.Images)
        ?? Badges(product.Badges)
        ?? Window(product.RedeemableFrom, product.RedeemableTo);

    public static Refusal? Check(Sku sku) =>
        Text("code", sku.Code, 1, MaxCode)
        ?? Text("name", sku.Name, 1, MaxName)
        ?? Range("points", sku.Points, MaxPoints)
        ?? Range("perOrderLimit", sku.PerOrderLimit, MaxQuantity)
        ?? Range("multipleOf", sku.MultipleOf, MaxQuantity)
        ?? Range("perMemberLimit", sku.PerMemberLimit, MaxPerMember)
        ?? (
            sku.PerMemberWindow is { } window && !Enum.IsDefined(window)
                ? Refusal.Invalid("perMemberWindow", "One of total, day, week, month")
                : null
        )
        ?? (
            sku.PerOrderLimit < sku.MultipleOf
                ? Refusal.Invalid("perOrderLimit", "At least multipleOf, or nothing can be ordered")
                : null
        )
        ?? Window(sku.RedeemableFrom, sku.RedeemableTo);

    public static Refusal? Check(SkuChanges changes) =>
        Check(changes.Translations)
        ?? (
            OrNone(changes.Translations.Value)
                .Any(texts => texts.Summary is not null || texts.Description is not null)
                ? Refusal.Invalid("translations", "A SKU has a name only")
                : null
        );

    public static Refusal? Check(Change<ImmutableArray<Translation>?> change)
    {
        var translations = OrNone(change.Value);
        if (translations.Length > MaxTranslations)
        {
            return Refusal.Invalid("translations", $"At most {MaxTranslations} languages");
        }
        HashSet<string> seen = [];
        for (var i = 0; i < translations.Length; i++)
        {
            var field = $"translations[{i}]";
            var texts = translations[i];
            if (!LanguageTag.IsValid(texts.Language))
            {
                return Refusal.Invalid($"{field}.language", LanguageTag.Expected);
            }
            if (!seen.Add(texts.Language))
            {
                return Refusal.Invalid($"{field}.language", "Each language once");
            }
            if (
                (
                    Optional($"{field}.name", texts.Name, 1, MaxName)
                    ?? Optional($"{field}.summary", texts.Summary, 0, MaxSummary)
                    ?? Optional($"{field}.description", texts.Description, 0, MaxDescription)
                ) is
                { } refusal
            )
            {
                return refusal;
            }
        }
        return null;
    }

    private static Refusal? Images(ImmutableArray<string> images)
    {
        if (images.Length > MaxImages)
        {
            return Refusal.Invalid("images", $"At most {MaxImages}");
        }
        for (var i = 0; i < images.Length; i++)
        {
            if (Address($"images[{i}]", images[i]) is { } refusal)
            {
                return refusal;
            }
        }
        return null;
    }

    private static Refusal? Badges(ImmutableArray<string> badges)
    {
        if (badges.Length > MaxBadges)
        {
            return Refusal.Invalid("badges", $"At most {MaxBadges}");
        }
        for (var i = 0; i < badges.Length; i++)
        {
            if (Text($"badges[{i}]", badges[i], 1, MaxBadge) is { } refusal)
            {
                return refusal;
            }
        }
        return null;
    }

    private static Refusal? Window(DateTimeOffset? from, DateTimeOffset? to) =>
        from >= to ? Refusal.Invalid("redeemableTo", "Later than redeemableFrom") : null;

    private static Refusal? Optional(string field, string? text, int min, int max) =>
        text is null ? null : Text(field, text, min, max);

    private static Refusal? Text(string field, string? text, int min, int max) =>
        Texts.Fits(text, min, max)
            ? null
            : Refusal.Invalid(
                field,
                min == 0 ? $"At most {max} characters" : $"{min} to {max} characters, not all blank"
            );

    private static Refusal? Range(string field, long? number, long max) =>
        number is < 1 || number > max ? Refusal.Invalid(field, $"1 to {max}") : null;

    /// <summary>Shown in the storefront's pages: no scheme that runs anything, no other host by a path of two slashes.</summary>
    private static Refusal? Address(string field, string? address)
    {
        var allowed =
            address is { Length: > 0 and <= MaxAddress }
            && !address.Any(c => char.IsControl(c) || c is ' ' or '\\')
            && (
                (address[0] == '/' && !address.StartsWith("//", StringComparison.Ordinal))
                || (
                    Uri.TryCreate(address, UriKind.Absolute, out var uri)
                    && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
                )
            );
        return allowed
            ? null
            : Refusal.Invalid(
                field,
                $"An http(s) address or an absolute path, at most {MaxAddress} characters"
            );
    }

    [GeneratedRegex(
        @"\A[a-z0-9]+(-[a-z0-9]+)*\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100
    )]
    private static partial Regex Slug();
}
