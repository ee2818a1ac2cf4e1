using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Orders;

/// <summary>Redemptions and the member's orders.</summary>
internal static class OrderEndpoints
{
    public static void Map(IEndpointRouteBuilder me)
    {
        me.MapPost("/redemptions", Redeem)
            .WithName("redeem")
            .WithSummary("Redeem points for one or more SKUs")
            .WithDescription(
                "Debits the points, takes the stock, counts the member's limits and creates the order in one step, or does nothing."
            )
            .Takes<RedemptionRequest>()
            .WithKey(required: true)
            .WithLocation()
            .Refuses(
                Errors.MemberNotFound,
                Errors.SkuNotFound,
                Errors.InsufficientPoints,
                Errors.OutOfStock,
                Errors.LimitReached,
                Errors.NotStarted,
                Errors.Ended,
                Errors.NotAvailable,
                Errors.QuantityNotAllowed
            );
        me.MapGet("/orders", List)
            .WithName("listMyOrders")
            .WithSummary("The member's orders, newest first")
            .WithOrdersQuery();
        me.MapGet("/orders/{orderId:uuid}", Get)
            .WithName("getMyOrder")
            .WithSummary("One of the member's orders")
            .Refuses(Errors.OrderNotFound);
        me.MapPost("/orders/{orderId:uuid}/cancel", Cancel)
            .WithName("cancelMyOrder")
            .WithSummary("Cancel an order before it is shipped")
            .WithDescription(
                "The points return to the lots that they came from, with their own expiry; stock and limits are given back. Once, however often it is asked."
            )
            .Takes<CancelRequest>(optionalBody: true)
            .WithKey(required: true)
            .Refuses(Errors.OrderNotFound, Errors.OrderNotCancellable, Errors.TooManyLots);
    }

    public static RouteHandlerBuilder WithOrdersQuery(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithQuery(
                new ParameterMetadata("status", "Only orders in this status.")
                {
                    Allowed = Names.OrderStatuses,
                }
            )
            .WithPaging()
            .Refuses(Errors.MemberNotFound);

    private static async Task<Results<Created<OrderAndBalanceAnswer>, Problem>> Redeem(
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<RedemptionRequest>.Read(http);
        var (items, note) = body.Value.Checked();
        var header = headers.Of(http, body, "redeem");
        var outcome = await calls.Send(
            header,
            (grains, attempt) =>
                grains
                    .GetMember(http.User.RequiredMemberId())
                    .Redeem(
                        new RedeemCommand
                        {
                            Header = attempt,
                            Items = items,
                            Note = note,
                        }
                    )
        );
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        http.Response.MarkReplayed(result);
        var answer = OrderAndBalanceAnswer.Of(result);
        return TypedResults.Created($"/v1/me/orders/{answer.Order.OrderId}", answer);
    }

    private static async Task<Results<Ok<OrderAndBalanceAnswer>, Problem>> Cancel(
        Guid orderId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<CancelRequest>.ReadOptional(http);
        var errors = new FieldErrors();
        var reason = errors.Text("reason", body.Value.Reason, Limits.Reason);
        errors.ThrowIfAny();
        var header = headers.Of(http, body, "cancel", orderId);
        var outcome = await calls.Send(
            header,
            (grains, attempt) =>
                grains
                    .GetMember(http.User.RequiredMemberId())
                    .Cancel(
                        new CancelCommand
                        {
                            Header = attempt,
                            OrderId = orderId,
                            Reason = reason,
                        }
                    )
        );
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        http.Response.MarkReplayed(result);
        return TypedResults.Ok(OrderAndBalanceAnswer.Of(result));
    }

    private static async Task<Results<Ok<Page<OrderAnswer>>, Problem>> List(
        HttpContext http,
        OrderQueries orders,
        CancellationToken cancelled
    )
    {
        var query = new Query(http.Request.Query);
        var page = await orders.List(http.User.RequiredMemberId(), query, cancelled);
        return page is null ? new Problem(Errors.MemberNotFound) : TypedResults.Ok(page);
    }

    private static async Task<Results<Ok<OrderAnswer>, Problem>> Get(
        Guid orderId,
        HttpContext http,
        OrderQueries orders,
        CancellationToken cancelled
    ) =>
        await orders.Find(http.User.RequiredMemberId(), orderId, cancelled) is { } order
            ? TypedResults.Ok(order)
            : new Problem(Errors.OrderNotFound);
}
