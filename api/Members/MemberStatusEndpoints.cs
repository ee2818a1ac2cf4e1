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

/// <summary>Members who can neither earn nor spend.</summary>
internal static class MemberStatusEndpoints
{
    public static void Map(IEndpointRouteBuilder members)
    {
        members
            .MapPost("/{memberId:uuid}/deactivation", Deactivate)
            .WithName("deactivateMember")
            .WithSummary("Deactivate a member")
            .WithDescription(
                "The member can neither earn nor spend from now on. Points stay and expire as always; staff can correct them, orders can be cancelled, and refunds of purchases take back what they earned. Again it changes nothing."
            )
            .ChangesStatus();
        members
            .MapPost("/{memberId:uuid}/activation", Activate)
            .WithName("activateMember")
            .WithSummary("Activate a deactivated member again")
            .ChangesStatus();
    }

    private static void ChangesStatus(this RouteHandlerBuilder endpoint) =>
        endpoint
            .RequireAuthorization(Permissions.MembersWrite)
            .Takes<MemberStatusRequest>()
            .WithKey(required: false)
            .Refuses(Errors.MemberNotFound, Errors.IdempotencyKeyReused);

    private static Task<Results<Ok<MemberStatusAnswer>, Problem>> Deactivate(
        Guid memberId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    ) => Set(memberId, active: false, http, headers, calls);

    private static Task<Results<Ok<MemberStatusAnswer>, Problem>> Activate(
        Guid memberId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    ) => Set(memberId, active: true, http, headers, calls);

    private static async Task<Results<Ok<MemberStatusAnswer>, Problem>> Set(
        Guid memberId,
        bool active,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<MemberStatusRequest>.Read(http);
        var reason = body.Value.Checked();
        var header = headers.Of(http, body, active ? "activate" : "deactivate", memberId);
        var outcome = await calls.Send(
            header,
            (grains, attempt) =>
                grains
                    .GetMember(memberId)
                    .SetActive(
                        new SetActiveCommand
                        {
                            Header = attempt,
                            Active = active,
                            Reason = reason,
                        }
                    )
        );
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        http.Response.MarkReplayed(result);
        return TypedResults.Ok(
            new MemberStatusAnswer { MemberId = memberId, DeactivatedAt = result.DeactivatedAt }
        );
    }
}

[Description("Why a member's status changes.")]
internal sealed record MemberStatusRequest
{
    [Description("Why, for staff.")]
    [Required, MaxLength(Limits.Reason)]
    public string? Reason { get; init; }

    /// <exception cref="ProblemException">The reason is missing or malformed.</exception>
    public string Checked()
    {
        var errors = new FieldErrors();
        var reason = errors.RequiredText("reason", Reason, Limits.Reason);
        errors.ThrowIfAny();
        return reason;
    }
}

[Description("How a member stands.")]
internal sealed record MemberStatusAnswer
{
    [Description("The member.")]
    public required Guid MemberId { get; init; }

    [Description("Since when the member is deactivated; null for an active one.")]
    public required DateTimeOffset? DeactivatedAt { get; init; }
}
