using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using PointsMall.Api.Authentication;

namespace PointsMall.LoadTests.Peers.Http;

/// <summary>The mall's token check, with its cache: the same keys, algorithms and claims, the same work for each request.</summary>
internal static class Authentication
{
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
                    RoleClaimType = KnownCaller.PermissionsClaim,
                    IssuerSigningKeys = PublicKeys.Read(publicKeyFile),
                };
                bearer.TokenHandlers.Clear();
                var tokens = new CachedTokenHandler(TimeProvider.System);
                bearer.TokenHandlers.Add(tokens);
                bearer.Events = new JwtBearerEvents { OnMessageReceived = tokens.TakeRemembered };
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
        user is KnownCaller known ? known.MemberId : KnownCaller.ReadMemberId(user);
}
