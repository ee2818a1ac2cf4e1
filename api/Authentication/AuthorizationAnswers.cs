using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using PointsMall.Api.Problems;

namespace PointsMall.Api.Authentication;

/// <summary>401 and 403 as problem answers; a 403 names the permission that the token lacks.</summary>
internal sealed class AuthorizationAnswers : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult
    )
    {
        if (authorizeResult.Challenged)
        {
            await context.ChallengeAsync(); // sets WWW-Authenticate with what is wrong with the token
            await new Problem(Errors.Unauthenticated).ExecuteAsync(context);
        }
        else if (authorizeResult.Forbidden)
        {
            await Forbid(policy).ExecuteAsync(context);
        }
        else
        {
            await next(context);
        }
    }

    private static Problem Forbid(AuthorizationPolicy policy)
    {
        var permission = policy
            .Requirements.OfType<PermissionRequirement>()
            .FirstOrDefault()
            ?.Permission;
        return new Problem(Errors.Forbidden)
        {
            Permission = permission,
            Detail = permission switch
            {
                null => null,
                Permissions.Member => "Only a member's own token reaches this.",
                _ => $"The token lacks the permission {permission}.",
            },
        };
    }
}
