using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Reads;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Catalogue;
using PointsMall.GrainInterfaces.Inventory;

namespace PointsMall.Api.Catalogue;

/// <summary>One SKU's offer and stock, for staff.</summary>
internal static class SkuEndpoints
{
    private const string StoppedByStaff = "staff";

    public static void Map(IEndpointRouteBuilder skus)
    {
        skus.MapPatch("/{skuId:uuid}", Change)
            .RequireAuthorization(Permissions.CatalogueWrite)
            .WithName("changeSku")
            .WithSummary("Change a SKU's fields that are sent")
            .Takes<SkuRequest>()
            .WithKey(required: false)
            .Refuses(Errors.SkuNotFound, Errors.SkuCodeTaken);
        skus.MapGet("/{skuId:uuid}/stock", GetStock)
            .RequireAuthorization(Permissions.StockRead)
            .WithName("getStock")
            .WithSummary("What is left of a SKU and what was redeemed, from committed state")
            .Refuses(Errors.SkuNotFound);
        skus.MapPost("/{skuId:uuid}/sale", SetSale)
            .RequireAuthorization(Permissions.VerificationWrite)
            .WithName("setSale")
            .WithSummary("Stop the sale of a SKU, or let it be sold again")
            .WithDescription(
                "A stop holds at once; members are refused with `not_available`. The verification stops a sale by itself when the books of the SKU do not agree: look at what it found before you let it be sold again."
            )
            .Takes<SaleRequest>()
            .WithKey(required: false)
            .Refuses(Errors.SkuNotFound);
        skus.MapPost("/{skuId:uuid}/stock/movements", Move)
            .RequireAuthorization(Permissions.StockWrite)
            .WithName("moveStock")
            .WithSummary("Add to the stock of a SKU or take from it")
            .Takes<StockMovementRequest>()
            .WithKey(required: true)
            .Refuses(Errors.SkuNotFound, Errors.StockWouldBeNegative);
    }

    private static async Task<Results<Ok<SkuAnswer>, Problem>> Change(
        Guid skuId,
        HttpContext http,
        ProductCommands commands,
        StockQueries stock
    )
    {
        var body = await JsonBody<SkuRequest>.Read(http);
        var changes = body.Value.ToChanges(body.SentFields(), create: false);
        var header = commands.Headers.Of(http, body, "change_sku", skuId);
        if (await stock.ProductOf(skuId, http.RequestAborted) is not { } productId)
        {
            return new Problem(Errors.SkuNotFound);
        }
        var outcome = await commands.Send(
            http,
            productId,
            header,
            (product, attempt) => product.ChangeSku(new ChangeSkuCommand(attempt, skuId, changes))
        );
        return outcome.Succeeded(out var done, out var problem)
            ? TypedResults.Ok(await commands.ReadSku(http, done))
            : problem;
    }

    private static async Task<Results<Ok<SkuAnswer>, Problem>> SetSale(
        Guid skuId,
        HttpContext http,
        ProductCommands commands,
        StockQueries stock
    )
    {
        var body = await JsonBody<SaleRequest>.Read(http);
        if (body.Value.Stopped is not { } stopped)
        {
            throw ProblemException.Invalid("stopped", "must be true or false");
        }
        var header = commands.Headers.Of(http, body, "set_sale", skuId);
        if (await stock.ProductOf(skuId, http.RequestAborted) is not { } productId)
        {
            return new Problem(Errors.SkuNotFound);
        }
        var outcome = await commands.Send(
            http,
            productId,
            header,
            (product, attempt) =>
                stopped
                    ? product.StopSale(attempt, skuId, StoppedByStaff)
                    : product.ResumeSale(attempt, skuId)
        );
        return outcome.Succeeded(out var done, out var problem)
            ? TypedResults.Ok(await commands.ReadSku(http, done))
            : problem;
    }

    private static async Task<Results<Ok<StockAnswer>, Problem>> GetStock(
        Guid skuId,
        StockQueries stock,
        CancellationToken cancelled
    ) =>
        await stock.Find(skuId, cancelled) is { } answer
            ? TypedResults.Ok(answer)
            : new Problem(Errors.SkuNotFound);

    private static async Task<Results<Created<StockMovementAnswer>, Problem>> Move(
        Guid skuId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<StockMovementRequest>.Read(http);
        var (quantity, reason) = body.Value.Checked();
        var header = headers.Of(http, body, "move_stock", skuId);
        var outcome = await calls.Send(
            header,
            (grains, attempt) =>
                grains
                    .GetInventory(skuId)
                    .Move(
                        new StockMovementCommand
                        {
                            Header = attempt,
                            Quantity = quantity,
                            Reason = reason,
                        }
                    )
        );
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        http.Response.MarkReplayed(result);
        return TypedResults.Created(
            $"/v1/skus/{skuId}/stock",
            new StockMovementAnswer { Available = result.Available }
        );
    }
}

/// <summary>Reads the stock's rows.</summary>
internal sealed class StockQueries(DatabaseReads reads)
{
    private const string SelectStock = """
        select t.available, t.redeemed, s.stopped_at, s.stopped_by
        from mall.stock t
        left join mall.sku s on s.sku_id = t.sku_id
        where t.sku_id = @skuId
        """;

    private const string SelectProduct = """
        select product_id
        from mall.sku
        where sku_id = @skuId
        """;

    public async Task<StockAnswer?> Find(Guid skuId, CancellationToken cancelled) =>
        await FindRow<StockRow?>(SelectStock, skuId, cancelled) is { } row
            ? new StockAnswer
            {
                Available = row.Available,
                Redeemed = row.Redeemed,
                SaleStopped = SaleStopAnswer.Of(row.StoppedAt, row.StoppedBy),
            }
            : null;

    public Task<Guid?> ProductOf(Guid skuId, CancellationToken cancelled) =>
        FindRow<Guid?>(SelectProduct, skuId, cancelled);

    private Task<T?> FindRow<T>(string select, Guid skuId, CancellationToken cancelled) =>
        reads.Current(
            connection =>
                connection.QuerySingleOrDefaultAsync<T>(
                    new CommandDefinition(select, new { skuId }, cancellationToken: cancelled)
                ),
            cancelled
        );
}

internal sealed class StockRow
{
    public long Available { get; init; }
    public long Redeemed { get; init; }
    public DateTime? StoppedAt { get; init; }
    public string? StoppedBy { get; init; }
}

[Description("Whether a SKU is sold.")]
internal sealed record SaleRequest
{
    [Description("True to stop new redemptions at once, false to let it be sold again.")]
    [Required]
    public bool? Stopped { get; init; }
}

[Description("Stock that comes or goes.")]
internal sealed record StockMovementRequest
{
    [Description("Signed units, not 0: above 0 comes, below 0 goes.")]
    [Required, Range(-Limits.StockMovement, Limits.StockMovement)]
    public long? Quantity { get; init; }

    [Description("Why.")]
    [Required, MaxLength(Limits.Reason)]
    public string? Reason { get; init; }

    /// <exception cref="ProblemException">A field is wrong.</exception>
    public (long Quantity, string Reason) Checked()
    {
        var errors = new FieldErrors();
        var quantity = errors.RequiredNumber(
            "quantity",
            Quantity,
            -Limits.StockMovement,
            Limits.StockMovement
        );
        if (quantity == 0)
        {
            errors.Add("quantity", "must not be 0");
        }
        var reason = errors.RequiredText("reason", Reason, Limits.Reason);
        errors.ThrowIfAny();
        return (quantity, reason);
    }
}

[Description("The stock after a movement.")]
internal sealed record StockMovementAnswer
{
    [Description("Units available after the movement.")]
    public required long Available { get; init; }
}

[Description("A SKU's stock.")]
internal sealed record StockAnswer
{
    [Description("Units left.")]
    public required long Available { get; init; }

    [Description("Units in orders that were not cancelled.")]
    public required long Redeemed { get; init; }

    [Description("Since when and why it is not sold; absent while it is.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SaleStopAnswer? SaleStopped { get; init; }
}
