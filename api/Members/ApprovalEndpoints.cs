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

/// <summary>Adjustments that wait for a second person.</summary>
internal static class ApprovalEndpoints
{
    public static void Map(IEndpointRouteBuilder approvals)
    {
        approvals
            .MapGet("", List)
            .RequireAuthorization(Permissions.PointsApprove)
            .WithName("listApprovals")
            .WithSummary("Adjustments that needed a second person, newest first")
            .WithQuery(
                new ParameterMetadata("status", "Only approvals in this status.")
                {
                    Allowed = Names.ApprovalStatuses,
                }
            )
            .WithPaging();
        Decision(approvals, "approve", "approveAdjustment", "Approve an adjustment")
            .WithDescription(
                "Moves the points. Not by the person who asked for it. When the member has too few points by now, nothing is moved and the approval stays pending."
            )
            .Refuses(Errors.InsufficientPoints, Errors.TooManyLots);
        Decision(approvals, "reject", "rejectAdjustment", "Decline an adjustment")
            .WithDescription("No point is moved. Not by the person who asked for it.");
    }

    private static RouteHandlerBuilder Decision(
        IEndpointRouteBuilder approvals,
        string verb,
        string name,
        string summary
    ) =>
        approvals
            .MapPost(
                $"/{{approvalId:uuid}}/{verb}",
                (
                    Guid approvalId,
                    HttpContext http,
                    ApprovalQueries queries,
                    CommandHeaders headers,
                    GrainCalls calls
                ) => Decide(approvalId, verb == "approve", http, queries, headers, calls)
            )
            .RequireAuthorization(Permissions.PointsApprove)
            .WithName(name)
            .WithSummary(summary)
            .Takes<DecisionRequest>(optionalBody: true)
            .WithKey(required: true)
            .Refuses(Errors.ApprovalNotFound, Errors.ApprovalDecided, Errors.SecondPersonRequired);

    private static async Task<Ok<Page<ApprovalAnswer>>> List(
        HttpContext http,
        ApprovalQueries approvals,
        CancellationToken cancelled
    ) => TypedResults.Ok(await approvals.List(new Query(http.Request.Query), cancelled));

    private static async Task<Results<Ok<AdjustmentAnswer>, Problem>> Decide(
        Guid approvalId,
        bool approve,
        HttpContext http,
        ApprovalQueries approvals,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<DecisionRequest>.ReadOptional(http);
        var errors = new FieldErrors();
        var reason = errors.Text("reason", body.Value.Reason, Limits.Reason);
        errors.ThrowIfAny();
        var header = headers.Of(http, body, approve ? "approve" : "reject", approvalId);
        if (await approvals.MemberOf(approvalId, http.RequestAborted) is not { } memberId)
        {
            return new Problem(Errors.ApprovalNotFound);
        }
        var outcome = await calls.Send(
            header,
            (grains, attempt) =>
                grains
                    .GetMember(memberId)
                    .DecideApproval(
                        new DecideApprovalCommand
                        {
                            Header = attempt,
                            ApprovalId = approvalId,
                            Approve = approve,
                            Reason = reason,
                        }
                    )
        );
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        http.Response.MarkReplayed(result);
        return TypedResults.Ok(AdjustmentAnswer.Of(memberId, result));
    }
}

[Description("Why it is decided so.")]
internal sealed record DecisionRequest
{
    [Description("Why, for staff.")]
    [MaxLength(Limits.Reason)]
    public string? Reason { get; init; }
}

[Description("An adjustment that needs a second person.")]
internal sealed record ApprovalAnswer
{
    [Description("UUIDv7.")]
    public required Guid ApprovalId { get; init; }

    [Description("Whose points.")]
    public required Guid MemberId { get; init; }

    [Description("`pending`; `approved`: the points were moved; `rejected`: they were not.")]
    public required string Status { get; init; }

    [Description("Points to add, or to take when below zero.")]
    public required long Points { get; init; }

    [Description("Why.")]
    public required string Reason { get; init; }

    [Description("Who asked for it.")]
    public required string RequestedBy { get; init; }

    [Description("When.")]
    public required DateTimeOffset RequestedAt { get; init; }

    [Description("Who decided; null while nobody has.")]
    public required string? DecidedBy { get; init; }

    [Description("When; null while nobody has.")]
    public required DateTimeOffset? DecidedAt { get; init; }

    [Description("Why they decided so; null when they did not say.")]
    public required string? DecisionReason { get; init; }

    public static ApprovalAnswer Of(Approval approval) =>
        new()
        {
            ApprovalId = approval.ApprovalId,
            MemberId = approval.MemberId,
            Status = Names.Of(approval.Status),
            Points = approval.Points,
            Reason = approval.Reason,
            RequestedBy = approval.RequestedBy,
            RequestedAt = approval.RequestedAt,
            DecidedBy = approval.DecidedBy,
            DecidedAt = approval.DecidedAt,
            DecisionReason = approval.DecisionReason,
        };
}
