using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using PointsMall.Api.Authentication;

namespace PointsMall.LoadTests.Peers.Http;

/// <summary>The mall's token check, with its cache: the same keys, algorithms and claims, the same work for each request.</summary>
internal static class Authentication
{
    private const string PermissionsClaim = "permissions";

    /// <summary>A token without permissions whose subject is a UUID: a member's own.</summary>
    public const string MemberPolicy = "member";

    public static void AddMemberTokens(this IServiceCollection services, string publicKeyFile)
    {
        services
            .AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(bearer =>
            {
                bearer.MapInboundClaims = false;
                bearer.SaveToken = false;
                bearer.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = "points-mall-dev",
                    ValidAudience = "points-mall",
                    ValidAlgorithms =
                    [
                        SecurityAlgorithms.RsaSha256,
                        SecurityAlgorithms.EcdsaSha256,
                    ],
                    ValidateIssuerSigningKey = true,
                    RequireSignedTokens = true,
                    RequireExpirationTime = true,
                    ClockSkew = TimeSpan.FromSeconds(30),
                    NameClaimType = "sub",
                    RoleClaimType = PermissionsClaim,
                    IssuerSigningKeys = PublicKeys.Read(publicKeyFile),
                };
                bearer.TokenHandlers.Clear();
                bearer.TokenHandlers.Add(new CachedTokenHandler(TimeProvider.System));
            });
        services.AddAuthorization(options =>
            options.AddPolicy(
                MemberPolicy,
                policy =>
                    policy
                        .RequireAuthenticatedUser()
                        .RequireAssertion(context => MemberId(context.User) is not null)
            )
        );
    }

    public static Guid? MemberId(ClaimsPrincipal user) =>
        user.Identity?.IsAuthenticated == true
        && !user.HasClaim(static claim => claim.Type == PermissionsClaim)
        && Guid.TryParseExact(user.FindFirst("sub")?.Value, "D", out var id)
            ? id
            : null;
}
