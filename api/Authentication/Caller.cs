using System.Security.Claims;
using PointsMall.GrainInterfaces;

namespace PointsMall.Api.Authentication;

/// <summary>Who calls. A token with a <c>permissions</c> claim is staff's or a partner's; one without, whose subject is a UUID, a member's.</summary>
internal static class Caller
{
    public const string PermissionsClaim = KnownCaller.PermissionsClaim;
    private const string SubjectClaim = KnownCaller.SubjectClaim;
    private const string MemberPrincipal = "member";
    private const string StaffPrefix = "staff:";

    /// <summary>Longest subject that still fits an idempotency key's owner of 255 characters.</summary>
    public const int MaxSubject = 255 - 6;

    /// <summary>The member whose token this is, or null.</summary>
    public static Guid? MemberId(this ClaimsPrincipal user) =>
        user is KnownCaller known ? known.MemberId : KnownCaller.ReadMemberId(user);

    /// <summary>The member on an endpoint that only members reach.</summary>
    public static Guid RequiredMemberId(this ClaimsPrincipal user) =>
        user.MemberId()
        ?? throw new InvalidOperationException("The endpoint lets callers in that are no member.");

    public static bool HasPermission(this ClaimsPrincipal user, string permission) =>
        user.HasClaim(PermissionsClaim, permission);

    /// <summary>The token's subject, or null without a valid token.</summary>
    public static string? Subject(this ClaimsPrincipal user) =>
        user.Identity?.IsAuthenticated == true ? user.FindFirst(SubjectClaim)?.Value : null;

    /// <summary>Whose idempotency key it is: two partners may use one key, and none of them meets the member's own.</summary>
    public static string Principal(this ClaimsPrincipal user) =>
        user.MemberId() is not null ? MemberPrincipal : StaffPrefix + user.Subject();

    public static ActorKind Actor(this ClaimsPrincipal user) =>
        user.MemberId() is not null ? ActorKind.Member : ActorKind.Staff;
}
