using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Catalogue;

/// <summary>What a caller of the catalogue's list asks for.</summary>
internal sealed record CatalogueFilter
{
    public required string? Category { get; init; }
    public required string? Type { get; init; }
    public required string[]? Words { get; init; }
    public required long? MinPoints { get; init; }
    public required long? MaxPoints { get; init; }
    public required bool? InStock { get; init; }
    public required CatalogueOrder Order { get; init; }
    public required Cursor? Cursor { get; init; }
    public required int Limit { get; init; }

    /// <exception cref="ProblemException">A parameter is wrong.</exception>
    public static CatalogueFilter Read(Query query)
    {
        var order = CatalogueOrder.Of(query.OneOf("sort", CatalogueOrder.Names));
        var cursor = query.Text("cursor", Cursor.MaxCharacters);
        var filter = new CatalogueFilter
        {
            Category = query.Text("category", Limits.Category),
            Type = query.OneOf("type", Names.ProductTypes),
            Words = query
                .Text("q", Limits.Search)
                ?.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            MinPoints = query.Number("minPoints", 0, Limits.Points),
            MaxPoints = query.Number("maxPoints", 0, Limits.Points),
            InStock = query.Flag("inStock"),
            Order = order,
            Limit = query.Limit(),
            Cursor = null,
        };
        query.ThrowIfWrong();
        return filter with { Cursor = Cursor.Decode(cursor, order.ListId) };
    }

    public static readonly ParameterMetadata[] Parameters =
    [
        new("category", "Only products of this category.") { MaxLength = Limits.Category },
        new("type", "Only products of this type.") { Allowed = Names.ProductTypes },
        new("q", "Only products with all these words in a name or summary, in any language.")
        {
            MaxLength = Limits.Search,
        },
        new("minPoints", "Only products with a SKU of at least so many points.")
        {
            Type = "integer",
            Min = 0,
            Max = Limits.Points,
        },
        new("maxPoints", "Only products with a SKU of at most so many points.")
        {
            Type = "integer",
            Min = 0,
            Max = Limits.Points,
        },
        new("inStock", "Only products with stock, or only those without.") { Type = "boolean" },
        new("sort", "The order: a minus sign reverses it.")
        {
            Allowed = CatalogueOrder.Names,
            Default = "newest",
        },
    ];
}

/// <summary>An order of the catalogue's list. Its SQL is one of a few constants; nothing that a caller sends becomes SQL.</summary>
/// <param name="Name">The value of <c>sort</c>.</param>
/// <param name="ListId">Marks its cursors.</param>
/// <param name="After">Keeps what comes after the cursor.</param>
/// <param name="OrderBy">Sorts.</param>
internal sealed record CatalogueOrder(string Name, char ListId, string After, string OrderBy)
{
    private static readonly CatalogueOrder[] All =
    [
        // A UUIDv7 begins with the time of its making.
        new("newest", 'n', "p.product_id < @id", "p.product_id desc"),
        new(
            "points",
            'p',
            "(o.from_points, p.product_id) > (@number, @id)",
            "o.from_points, p.product_id"
        ),
        new(
            "-points",
            'P',
            "(o.from_points, p.product_id) < (@number, @id)",
            "o.from_points desc, p.product_id desc"
        ),
        new("name", 'a', "(p.name, p.product_id) > (@text, @id)", "p.name, p.product_id"),
        new(
            "-name",
            'A',
            "(p.name, p.product_id) < (@text, @id)",
            "p.name desc, p.product_id desc"
        ),
    ];

    public static readonly IReadOnlyList<string> Names = [.. All.Select(order => order.Name)];

    public static CatalogueOrder Of(string? name) =>
        Array.Find(All, order => order.Name == name) ?? All[0];
}
