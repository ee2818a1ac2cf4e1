using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Catalogue;

/// <summary>The catalogue as everybody sees it.</summary>
internal static class CatalogueEndpoints
{
    public static void Map(IEndpointRouteBuilder products)
    {
        products
            .MapGet("", List)
            .AllowAnonymous()
            .WithName("listProducts")
            .WithSummary("The products that are offered")
            .WithQuery(CatalogueFilter.Parameters)
            .WithPaging()
            .WithLanguage();
        products
            .MapGet("/{productId:uuid}", Get)
            .AllowAnonymous()
            .WithName("getProduct")
            .WithSummary("A product with its SKUs")
            .WithDescription(
                "With a member's token the answer says whether that member can redeem it now. Delisted products, and that a SKU's sale is stopped, are shown to staff with catalogue:write only."
            )
            .WithLanguage()
            .Refuses(Errors.ProductNotFound);
    }

    private static async Task<Ok<Page<ProductAnswer>>> List(
        HttpContext http,
        CatalogueQueries catalogue,
        CancellationToken cancelled
    )
    {
        var filter = CatalogueFilter.Read(new Query(http.Request.Query));
        var languages = catalogue.LanguagesFor(http.Request);
        var page = await catalogue.List(filter, languages, cancelled);
        languages.WriteTo(http.Response);
        return TypedResults.Ok(page);
    }

    private static async Task<Results<Ok<ProductDetailAnswer>, Problem>> Get(
        Guid productId,
        HttpContext http,
        CatalogueQueries catalogue,
        EligibilityQueries eligibility,
        CancellationToken cancelled
    )
    {
        var forStaff = http.User.HasPermission(Permissions.CatalogueWrite);
        var product = forStaff
            ? await catalogue.FindCurrent(productId, cancelled)
            : await catalogue.Find(productId, cancelled);
        if (product is null || !(product.Product.Listed || forStaff))
        {
            return new Problem(Errors.ProductNotFound);
        }
        var eligible = http.User.MemberId() is { } memberId
            ? await eligibility.Read(memberId, product, cancelled)
            : null;
        var languages = catalogue.LanguagesFor(http.Request);
        var answer = product.ToAnswer(languages, eligible, forStaff);
        languages.WriteTo(http.Response);
        return TypedResults.Ok(answer);
    }
}
