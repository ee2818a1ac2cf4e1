using System.Security.Claims;

namespace PointsMall.Api.Authentication;

/// <summary>A caller whose token was validated a short while ago, with what every request asks about it read once.</summary>
internal sealed class KnownCaller : ClaimsPrincipal
{
    public const string PermissionsClaim = "permissions";
    public const string SubjectClaim = "sub";

    public KnownCaller(ClaimsIdentity identity)
        : base(identity) => MemberId = ReadMemberId(this);

    /// <summary>The member whose token it is, or null.</summary>
    public Guid? MemberId { get; }

    /// <summary>The member whose claims these are, or null: a token without permissions whose subject is a UUID.</summary>
    public static Guid? ReadMemberId(ClaimsPrincipal user) =>
        user.Identity?.IsAuthenticated == true
        && !user.HasClaim(static claim => claim.Type == PermissionsClaim)
        && Guid.TryParseExact(user.FindFirst(SubjectClaim)?.Value, "D", out var id)
            ? id
            : null;
}
