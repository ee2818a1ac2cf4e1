using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Catalogue;

namespace PointsMall.Api.Catalogue;

/// <summary>Products and offers, changed by staff. Every change of an offer starts it anew: no claim made under the old terms is carried out.</summary>
internal static class ProductEndpoints
{
    public static void Map(IEndpointRouteBuilder products)
    {
        products
            .MapPost("", Create)
            .RequireAuthorization(Permissions.CatalogueWrite)
            .WithName("createProduct")
            .WithSummary("Create a product, delisted and without SKUs")
            .Takes<ProductRequest>()
            .WithKey(required: false)
            .WithLocation();
        products
            .MapPatch("/{productId:uuid}", Change)
            .RequireAuthorization(Permissions.CatalogueWrite)
            .WithName("changeProduct")
            .WithSummary("Change a product's fields that are sent")
            .Takes<ProductRequest>()
            .WithKey(required: false)
            .Refuses(Errors.ProductNotFound);
        products
            .MapPost("/{productId:uuid}/listing", SetListing)
            .RequireAuthorization(Permissions.CatalogueWrite)
            .WithName("setListing")
            .WithSummary("List or delist a product")
            .WithDescription("Delisting stops new redemptions at once; open orders continue.")
            .Takes<ListingRequest>()
            .WithKey(required: false)
            .Refuses(Errors.ProductNotFound);
        products
            .MapPost("/{productId:uuid}/skus", AddSku)
            .RequireAuthorization(Permissions.CatalogueWrite)
            .WithName("addSku")
            .WithSummary("Add a SKU with empty stock")
            .Takes<SkuRequest>()
            .WithKey(required: false)
            .WithLocation()
            .Refuses(Errors.ProductNotFound, Errors.SkuCodeTaken);
    }

    private static async Task<Results<Created<ProductDetailAnswer>, Problem>> Create(
        HttpContext http,
        ProductCommands commands,
        TimeProvider clock
    )
    {
        var body = await JsonBody<ProductRequest>.Read(http);
        var changes = body.Value.ToChanges(body.SentFields(), create: true);
        var productId = Guid.CreateVersion7(clock.GetUtcNow());
        var outcome = await commands.Send(
            http,
            productId,
            commands.Headers.Of(http, body, "create_product"),
            (product, header) => product.Create(new ChangeProductCommand(header, changes))
        );
        return outcome.Succeeded(out var done, out var problem)
            ? TypedResults.Created(
                $"/v1/products/{done.ProductId}",
                await commands.Read(http, done)
            )
            : problem;
    }

    private static async Task<Results<Ok<ProductDetailAnswer>, Problem>> Change(
        Guid productId,
        HttpContext http,
        ProductCommands commands
    )
    {
        var body = await JsonBody<ProductRequest>.Read(http);
        var changes = body.Value.ToChanges(body.SentFields(), create: false);
        var outcome = await commands.Send(
            http,
            productId,
            commands.Headers.Of(http, body, "change_product", productId),
            (product, header) => product.Change(new ChangeProductCommand(header, changes))
        );
        return outcome.Succeeded(out var done, out var problem)
            ? TypedResults.Ok(await commands.Read(http, done))
            : problem;
    }

    private static async Task<Results<Ok<ProductDetailAnswer>, Problem>> SetListing(
        Guid productId,
        HttpContext http,
        ProductCommands commands
    )
    {
        var body = await JsonBody<ListingRequest>.Read(http);
        if (body.Value.Listed is not { } listed)
        {
            throw ProblemException.Invalid("listed", "must be true or false");
        }
        var outcome = await commands.Send(
            http,
            productId,
            commands.Headers.Of(http, body, "set_listing", productId),
            (product, header) => product.SetListing(header, listed)
        );
        return outcome.Succeeded(out var done, out var problem)
            ? TypedResults.Ok(await commands.Read(http, done))
            : problem;
    }

    private static async Task<Results<Created<SkuAnswer>, Problem>> AddSku(
        Guid productId,
        HttpContext http,
        ProductCommands commands,
        TimeProvider clock
    )
    {
        var body = await JsonBody<SkuRequest>.Read(http);
        var changes = body.Value.ToChanges(body.SentFields(), create: true);
        var skuId = Guid.CreateVersion7(clock.GetUtcNow());
        var outcome = await commands.Send(
            http,
            productId,
            commands.Headers.Of(http, body, "add_sku", productId),
            (product, header) => product.AddSku(new ChangeSkuCommand(header, skuId, changes))
        );
        return outcome.Succeeded(out var done, out var problem)
            ? TypedResults.Created($"/v1/products/{productId}", await commands.ReadSku(http, done))
            : problem;
    }
}

/// <summary>What all changes of the catalogue have in common: send, then read back what is there now.</summary>
internal sealed class ProductCommands(
    CommandHeaders headers,
    GrainCalls calls,
    CatalogueQueries catalogue
)
{
    public CommandHeaders Headers => headers;

    public async Task<Outcome<ProductResult>> Send(
        HttpContext http,
        Guid productId,
        CommandHeader header,
        Func<IProductGrain, CommandHeader, Task<ProductResult>> command
    )
    {
        var outcome = await calls.Send(
            header,
            (grains, attempt) => command(grains.GetGrain<IProductGrain>(productId), attempt)
        );
        if (outcome.Succeeded(out var done, out _))
        {
            http.Response.MarkReplayed(done);
        }
        return outcome;
    }

    /// <summary>The command is done: hanging up now must not turn it into an error, so no token of the request ends these reads.</summary>
    public async Task<ProductDetailAnswer> Read(HttpContext http, ProductResult done)
    {
        var languages = catalogue.LanguagesFor(http.Request);
        var answer = (await Find(done)).ToAnswer(languages, eligibility: null, forStaff: true);
        languages.WriteTo(http.Response);
        return answer;
    }

    public async Task<SkuAnswer> ReadSku(HttpContext http, ProductResult done)
    {
        var languages = catalogue.LanguagesFor(http.Request);
        var product = await Find(done);
        var answer = product
            .Skus.Single(sku => sku.SkuId == done.SkuId)
            .ToAnswer(languages, forStaff: true);
        languages.WriteTo(http.Response);
        return answer;
    }

    private async Task<ProductRecord> Find(ProductResult done) =>
        await catalogue.FindCurrent(done.ProductId, CancellationToken.None)
        ?? throw new InvalidOperationException("A product that was just changed is not there.");
}
