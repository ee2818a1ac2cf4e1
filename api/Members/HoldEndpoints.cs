using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Members;

/// <summary>Points that a partner sets aside until it knows whether they are spent.</summary>
internal static class HoldEndpoints
{
    private const int MaxSeconds = 7_776_000;

    public static void Map(IEndpointRouteBuilder members)
    {
        var holds = members.MapGroup("/{memberId:uuid}/holds");
        holds
            .MapPost("", Place)
            .RequireAuthorization(Permissions.PointsHold)
            .WithName("placeHold")
            .WithSummary("Set points aside")
            .WithDescription(
                "The points can't be spent otherwise, and don't expire, until the hold is captured or released or its time runs out. Points that expire first are set aside first."
            )
            .Takes<HoldRequest>()
            .WithKey(required: true)
            .Refuses(Errors.MemberNotFound, Errors.InsufficientPoints, Errors.TooManyHolds);
        holds
            .MapPost("/{holdId:uuid}/capture", Capture)
            .RequireAuthorization(Permissions.PointsHold)
            .WithName("captureHold")
            .WithSummary("Spend what a hold has set aside")
            .WithDescription(
                "All of it, or a part: the rest goes back to the lots that it came from, with their own expiry; where that has passed, for the programme's grace."
            )
            .Takes<CaptureRequest>(optionalBody: true)
            .WithKey(required: true)
            .Refuses(Errors.MemberNotFound, Errors.HoldNotFound, Errors.HoldNotOpen);
        holds
            .MapPost("/{holdId:uuid}/release", Release)
            .RequireAuthorization(Permissions.PointsHold)
            .WithName("releaseHold")
            .WithSummary("Give back what a hold has set aside")
            .WithDescription(
                "The points go back to the lots that they came from, with their own expiry; where that has passed, for the programme's grace."
            )
            .Takes<ReleaseRequest>(optionalBody: true)
            .WithKey(required: true)
            .Refuses(Errors.MemberNotFound, Errors.HoldNotFound, Errors.HoldNotOpen);
        holds
            .MapGet("", List)
            .RequireAuthorization(Permissions.MembersRead)
            .WithName("listMemberHolds")
            .WithSummary("A member's holds, newest first")
            .WithHoldsQuery();
    }

    /// <summary>What a member sees of its own holds.</summary>
    public static void MapOwn(IEndpointRouteBuilder me) =>
        me.MapGet("/holds", ListOwn)
            .WithName("listMyHolds")
            .WithSummary("The member's holds, newest first")
            .WithHoldsQuery();

    private static void WithHoldsQuery(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithQuery(
                new ParameterMetadata("status", "Only holds in this status.")
                {
                    Allowed = Names.HoldStatuses,
                }
            )
            .WithPaging()
            .Refuses(Errors.MemberNotFound);

    private static async Task<Results<Created<HoldAndBalanceAnswer>, Problem>> Place(
        Guid memberId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<HoldRequest>.Read(http);
        var (points, seconds, reason) = body.Value.Checked(MaxSeconds);
        var outcome = await calls.Send(
            headers.Of(http, body, "place_hold", memberId),
            (grains, attempt) =>
                grains
                    .GetMember(memberId)
                    .PlaceHold(
                        new PlaceHoldCommand
                        {
                            Header = attempt,
                            Points = points,
                            Seconds = seconds,
                            Reason = reason,
                        }
                    )
        );
        return outcome.Succeeded(out var result, out var problem)
            ? TypedResults.Created((string?)null, Answer(http, result))
            : problem;
    }

    private static async Task<Results<Ok<HoldAndBalanceAnswer>, Problem>> Capture(
        Guid memberId,
        Guid holdId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<CaptureRequest>.ReadOptional(http);
        var errors = new FieldErrors();
        var points = errors.Number("points", body.Value.Points, 1, Limits.Points);
        errors.ThrowIfAny();
        var outcome = await calls.Send(
            headers.Of(http, body, "capture_hold", memberId, holdId),
            (grains, attempt) =>
                grains
                    .GetMember(memberId)
                    .CaptureHold(
                        new CaptureHoldCommand
                        {
                            Header = attempt,
                            HoldId = holdId,
                            Points = points,
                        }
                    )
        );
        return outcome.Succeeded(out var result, out var problem)
            ? TypedResults.Ok(Answer(http, result))
            : problem;
    }

    private static async Task<Results<Ok<HoldAndBalanceAnswer>, Problem>> Release(
        Guid memberId,
        Guid holdId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<ReleaseRequest>.ReadOptional(http);
        var errors = new FieldErrors();
        var reason = errors.Text("reason", body.Value.Reason, Limits.Reason);
        errors.ThrowIfAny();
        var outcome = await calls.Send(
            headers.Of(http, body, "release_hold", memberId, holdId),
            (grains, attempt) =>
                grains
                    .GetMember(memberId)
                    .ReleaseHold(
                        new ReleaseHoldCommand
                        {
                            Header = attempt,
                            HoldId = holdId,
                            Reason = reason,
                        }
                    )
        );
        return outcome.Succeeded(out var result, out var problem)
            ? TypedResults.Ok(Answer(http, result))
            : problem;
    }

    private static Task<Results<Ok<Page<HoldAnswer>>, Problem>> ListOwn(
        HttpContext http,
        HoldQueries holds,
        CancellationToken cancelled
    ) => List(http.User.RequiredMemberId(), http, holds, cancelled);

    private static async Task<Results<Ok<Page<HoldAnswer>>, Problem>> List(
        Guid memberId,
        HttpContext http,
        HoldQueries holds,
        CancellationToken cancelled
    ) =>
        await holds.List(memberId, new Query(http.Request.Query), cancelled) is { } page
            ? TypedResults.Ok(page)
            : new Problem(Errors.MemberNotFound);

    private static HoldAndBalanceAnswer Answer(HttpContext http, HoldResult result)
    {
        http.Response.MarkReplayed(result);
        return new HoldAndBalanceAnswer
        {
            Hold = HoldAnswer.Of(result.Hold!),
            Balance = BalanceAnswer.Of(result.Balance!),
        };
    }
}

[Description("Points to set aside.")]
internal sealed record HoldRequest
{
    [Description("Points to set aside, 1 to 10^15; the programme may allow fewer.")]
    [Required, Range(1, Limits.Points)]
    public long? Points { get; init; }

    [Description("Seconds until the hold ends by itself, 1 to 7,776,000 (90 days).")]
    [Required, Range(1, 7_776_000)]
    public long? Seconds { get; init; }

    [Description("Why, for the member to read.")]
    [Required, MaxLength(Limits.Reason)]
    public string? Reason { get; init; }

    /// <exception cref="ProblemException">A field is wrong.</exception>
    public (long Points, int Seconds, string Reason) Checked(int maxSeconds)
    {
        var errors = new FieldErrors();
        var points = errors.RequiredNumber("points", Points, 1, Limits.Points);
        var seconds = errors.RequiredNumber("seconds", Seconds, 1, maxSeconds);
        var reason = errors.RequiredText("reason", Reason, Limits.Reason);
        errors.ThrowIfAny();
        return (points, (int)seconds, reason);
    }
}

[Description("How much of a hold to spend.")]
internal sealed record CaptureRequest
{
    [Description("Points to spend, 1 to those set aside; all when missing or null.")]
    [Range(1, Limits.Points)]
    public long? Points { get; init; }
}

[Description("Why a hold is given back.")]
internal sealed record ReleaseRequest
{
    [Description("Why, for the member to read.")]
    [MaxLength(Limits.Reason)]
    public string? Reason { get; init; }
}

[Description("Points set aside for something that is not decided yet.")]
internal sealed record HoldAnswer
{
    [Description("UUIDv7.")]
    public required Guid HoldId { get; init; }

    [Description(
        "`open`; `captured`: spent, or a part of it; `released`: given back; `expired`: given back because its time ran out."
    )]
    public required string Status { get; init; }

    [Description("Points that were set aside.")]
    public required long Points { get; init; }

    [Description("Points of them that were spent.")]
    public required long Captured { get; init; }

    [Description("Why.")]
    public required string Reason { get; init; }

    [Description("When the points were set aside.")]
    public required DateTimeOffset PlacedAt { get; init; }

    [Description("The first instant at which it can no longer be captured.")]
    public required DateTimeOffset ExpiresAt { get; init; }

    [Description(
        "When it was captured or released, or its end was written; null while it is open."
    )]
    public required DateTimeOffset? ClosedAt { get; init; }

    public static HoldAnswer Of(Hold hold) =>
        new()
        {
            HoldId = hold.HoldId,
            Status = Names.Of(hold.Status),
            Points = hold.Points,
            Captured = hold.Captured,
            Reason = hold.Reason,
            PlacedAt = hold.PlacedAt,
            ExpiresAt = hold.ExpiresAt,
            ClosedAt = hold.ClosedAt,
        };
}

[Description("The hold, and the balance after it.")]
internal sealed record HoldAndBalanceAnswer
{
    [Description("The hold.")]
    public required HoldAnswer Hold { get; init; }

    [Description("The balance now.")]
    public required BalanceAnswer Balance { get; init; }
}
