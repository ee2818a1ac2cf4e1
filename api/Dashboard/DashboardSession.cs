using System.Net;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace PointsMall.Api.Dashboard;

/// <summary>
/// How a browser shows its token to the dashboard, whose pages can't send it in a header: staff posts it once as the form field of RFC 6750,
/// and gets it back as a cookie that no script sees, that no other site's request carries and that goes to the dashboard only. The token is
/// validated with every request as any other, so the session ends with it; nothing is kept here, and any API process serves it.
/// </summary>
internal static class DashboardSession
{
    public const string Path = $"{DashboardEndpoints.Root}/session";
    public const string Cookie = "mall-dashboard";

    private const string Field = "access_token";
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private const string Page = $$"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Points mall: dashboard</title>
        <style>body { font: 16px/1.5 sans-serif; margin: 2rem } input, button { font: inherit; display: block; margin: .5rem 0; padding: .5rem; max-width: 100% }</style>
        <form method="post" action="{{Path}}" autocomplete="off">
        <label>Staff token with operations:read <input type="password" name="{{Field}}" required autofocus></label>
        <button>Open the dashboard</button>
        </form>
        </html>
        """;

    /// <summary>Lets the dashboard's requests carry their token in the form or the cookie. A header goes first.</summary>
    public static void AddDashboardSession(this IServiceCollection services) =>
        services
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .PostConfigure(bearer =>
            {
                var byHeader = bearer.Events.OnMessageReceived;
                bearer.Events.OnMessageReceived = async message =>
                {
                    if (await TokenOf(message.HttpContext) is { } token)
                    {
                        message.Token = token;
                    }
                    else
                    {
                        await byHeader(message);
                    }
                };
            });

    /// <param name="pages">Demands the permission already.</param>
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages
            .MapGet(Path, () => TypedResults.Content(Page, "text/html; charset=utf-8"))
            .AllowAnonymous();
        pages.MapPost(Path, Begin);
    }

    private static async Task Begin(HttpContext http)
    {
        http.Response.Cookies.Append(
            Cookie,
            await TokenOf(http) ?? "",
            new CookieOptions
            {
                Path = DashboardEndpoints.Root,
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                // Browsers keep no secure cookie of plain http://127.0.0.1.
                Secure = http.Request.IsHttps || !IsLocal(http),
                MaxAge = Longest,
            }
        );
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = $"{DashboardEndpoints.Root}/";
    }

    private static async Task<string?> TokenOf(HttpContext http)
    {
        var request = http.Request;
        if (
            !request.Path.StartsWithSegments(DashboardEndpoints.Root, StringComparison.Ordinal)
            || request.Headers.Authorization.Count > 0
        )
        {
            return null;
        }
        if (HttpMethods.IsGet(request.Method))
        {
            return request.Cookies[Cookie];
        }
        return request.Path == Path && request.HasFormContentType
            ? (await request.ReadFormAsync(http.RequestAborted))[Field].ToString()
            : null;
    }

    private static bool IsLocal(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
}
