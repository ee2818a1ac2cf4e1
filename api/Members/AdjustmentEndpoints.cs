using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Members;

/// <summary>Corrections of a member's points by staff.</summary>
internal static class AdjustmentEndpoints
{
    public static void Map(IEndpointRouteBuilder members) =>
        members
            .MapPost("/{memberId:uuid}/points/adjustments", Adjust)
            .RequireAuthorization(Permissions.PointsAdjust)
            .WithName("adjustPoints")
            .WithSummary("Correct a member's points")
            .WithDescription(
                "201 when the points were moved. 202 when there are more of them than the programme lets one person move: a second person must approve first, with POST /v1/approvals/{approvalId}/approve."
            )
            .Takes<AdjustmentRequest>()
            .WithKey(required: true)
            .Refuses(Errors.MemberNotFound, Errors.InsufficientPoints, Errors.TooManyLots);

    private static async Task<
        Results<Created<AdjustmentAnswer>, Accepted<AdjustmentAnswer>, Problem>
    > Adjust(Guid memberId, HttpContext http, CommandHeaders headers, GrainCalls calls)
    {
        var body = await JsonBody<AdjustmentRequest>.Read(http);
        var (points, reason) = body.Value.Checked();
        var outcome = await calls.Send(
            headers.Of(http, body, "adjust", memberId),
            (grains, attempt) =>
                grains
                    .GetMember(memberId)
                    .Adjust(
                        new AdjustCommand
                        {
                            Header = attempt,
                            Points = points,
                            Reason = reason,
                        }
                    )
        );
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        http.Response.MarkReplayed(result);
        var answer = AdjustmentAnswer.Of(memberId, result);
        return answer.Entry is null
            ? TypedResults.Accepted((string?)null, answer)
            : TypedResults.Created((string?)null, answer);
    }
}

[Description("Points to add or to take.")]
internal sealed record AdjustmentRequest
{
    [Description("Points to add, or to take when below zero; not 0.")]
    [Required, Range(-Limits.Points, Limits.Points)]
    public long? Points { get; init; }

    [Description("Why, for the member to read.")]
    [Required, MaxLength(Limits.Reason)]
    public string? Reason { get; init; }

    /// <exception cref="ProblemException">A field is wrong.</exception>
    public (long Points, string Reason) Checked()
    {
        var errors = new FieldErrors();
        var points = errors.RequiredNumber("points", Points, -Limits.Points, Limits.Points);
        if (Points == 0)
        {
            errors.Add("points", "must not be 0");
        }
        var reason = errors.RequiredText("reason", Reason, Limits.Reason);
        errors.ThrowIfAny();
        return (points, reason);
    }
}

[Description("What became of an adjustment.")]
internal sealed record AdjustmentAnswer
{
    [Description("The entry, when points were moved.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EntryAnswer? Entry { get; init; }

    [Description("The approval, when a second person was needed.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ApprovalAnswer? Approval { get; init; }

    [Description("The balance now.")]
    public required BalanceAnswer Balance { get; init; }

    public static AdjustmentAnswer Of(Guid memberId, AdjustmentResult result) =>
        new()
        {
            Entry = result.Entry is { } entry ? EntryAnswer.Of(memberId, entry) : null,
            Approval = result.Approval is { } approval ? ApprovalAnswer.Of(approval) : null,
            Balance = BalanceAnswer.Of(result.Balance!),
        };
}
