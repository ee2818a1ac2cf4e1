using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace PointsMall.Api.Authentication;

/// <summary>Tokens and what they allow. Whatever no policy names is denied.</summary>
internal static class AuthenticationServices
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    public static void AddMallAuthentication(this IServiceCollection services)
    {
        services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<AuthOptions>, TimeProvider>(
                (bearer, auth, clock) => Configure(bearer, auth.Value, clock)
            );
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationAnswers>();
        services.AddAuthorization(AddPolicies);
    }

    private static void Configure(JwtBearerOptions bearer, AuthOptions auth, TimeProvider clock)
    {
        bearer.MapInboundClaims = false;
        bearer.SaveToken = false;
        bearer.Authority = auth.Authority;
        bearer.RequireHttpsMetadata =
            auth.Authority is not null && !new Uri(auth.Authority).IsLoopback;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = auth.Issuer,
            ValidAudience = auth.Audience,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
            ValidateIssuerSigningKey = true,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = ClockSkew,
            NameClaimType = "sub",
            RoleClaimType = Caller.PermissionsClaim,
        };
        if (auth.PublicKeyFile is { } file)
        {
            bearer.TokenValidationParameters.IssuerSigningKeys = PublicKeys.Read(file);
        }
        bearer.TokenHandlers.Clear();
        var tokens = new CachedTokenHandler(clock);
        bearer.TokenHandlers.Add(tokens);
        bearer.Events = new JwtBearerEvents { OnMessageReceived = tokens.TakeRemembered };
    }

    private static void AddPolicies(AuthorizationOptions options)
    {
        foreach (var permission in (string[])[Permissions.Member, .. Permissions.All])
        {
            options.AddPolicy(
                permission,
                policy =>
                    policy
                        .RequireAuthenticatedUser()
                        .AddRequirements(new PermissionRequirement(permission))
            );
        }
        options.FallbackPolicy = new AuthorizationPolicyBuilder()
            .RequireAuthenticatedUser()
            .RequireAssertion(static _ => false)
            .Build();
    }
}

/// <summary>The token must carry the permission, or be a member's for <see cref="Permissions.Member"/>.</summary>
internal sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

internal sealed class PermissionHandler : AuthorizationHandler<PermissionRequirement>
{
    protected override Task HandleRequirementAsync(
        AuthorizationHandlerContext context,
        PermissionRequirement requirement
    )
    {
        var allowed =
            requirement.Permission == Permissions.Member
                ? context.User.MemberId() is not null
                : context.User.HasPermission(requirement.Permission)
                    && context.User.Subject() is { Length: > 0 and <= Caller.MaxSubject };
        if (allowed)
        {
            context.Succeed(requirement);
        }
        return Task.CompletedTask;
    }
}
