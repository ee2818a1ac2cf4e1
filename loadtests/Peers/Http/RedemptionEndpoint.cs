using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Problems;

namespace PointsMall.LoadTests.Peers.Http;

/// <summary><c>POST /v1/me/redemptions</c> as the mall has it.</summary>
internal static partial class RedemptionEndpoint
{
    private const string KeyHeader = "Idempotency-Key";
    private const int MaxKey = 255;
    private const int MaxLines = 20;
    private const int MaxQuantity = 1_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/v1/me/redemptions", Redeem)
            .RequireAuthorization(Authentication.MemberPolicy);

    private static async Task<IResult> Redeem(
        HttpContext http,
        IPeer peer,
        ILogger<RedemptionRequest> log
    )
    {
        if (http.Request.Headers[KeyHeader] is not [{ Length: > 0 and <= MaxKey } key])
        {
            return Refused(http, Errors.IdempotencyKeyMissing);
        }
        if (await ReadLines(http) is not { } lines)
        {
            return Refused(http, Errors.InvalidRequest);
        }
        var member = Authentication.MemberId(http.User)!.Value;
        Outcome outcome;
        try
        {
            outcome = await peer.Redeem(new Redemption(member, key, lines));
        }
        catch (Exception failure)
        {
            LogFailure(log, failure);
            return Refused(http, Errors.OutcomeUnknown);
        }
        if (outcome.Refusal is { } why)
        {
            return Refused(http, why);
        }
        if (outcome.Replayed)
        {
            http.Response.Headers["Idempotent-Replayed"] = "true";
        }
        return TypedResults.Created(
            $"/v1/me/orders/{outcome.Order!.OrderId}",
            OrderAndBalanceAnswer.Of(outcome.Order, outcome.Balance)
        );
    }

    /// <summary>The lines, or null when the body is not what the mall takes.</summary>
    private static async Task<Line[]?> ReadLines(HttpContext http)
    {
        RedemptionRequest? body;
        try
        {
            body = await JsonSerializer.DeserializeAsync(
                http.Request.BodyReader,
                PeerJson.Default.RedemptionRequest,
                http.RequestAborted
            );
        }
        catch (JsonException)
        {
            return null;
        }
        if (body?.Items is not { Count: > 0 and <= MaxLines } items)
        {
            return null;
        }
        var lines = new Line[items.Count];
        for (var i = 0; i < lines.Length; i++)
        {
            if (
                items[i] is not { Quantity: > 0 and <= MaxQuantity } item
                || Names(lines.AsSpan(0, i), item.SkuId)
            )
            {
                return null;
            }
            lines[i] = new Line(item.SkuId, item.Quantity);
        }
        return lines;
    }

    private static bool Names(ReadOnlySpan<Line> lines, Guid skuId)
    {
        foreach (var line in lines)
        {
            if (line.SkuId == skuId)
            {
                return true;
            }
        }
        return false;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The outcome of a redemption is not known")]
    private static partial void LogFailure(ILogger log, Exception failure);

    private static JsonHttpResult<ProblemAnswer> Refused(HttpContext http, ErrorKind why) =>
        TypedResults.Json(
            new ProblemAnswer(
                why.Type,
                why.Title,
                why.Status,
                why.Remedy,
                why.Code,
                Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier
            ),
            PeerJson.Default.ProblemAnswer,
            "application/problem+json",
            why.Status
        );
}
