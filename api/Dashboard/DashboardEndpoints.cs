using Orleans.Dashboard;
using PointsMall.Api.Authentication;
using PointsMall.Api.Problems;

namespace PointsMall.Api.Dashboard;

/// <summary>
/// The Orleans dashboard of the cluster at <c>/dashboard</c>, for staff with <see cref="Permissions.OperationsRead"/>. Only there when
/// <c>Silo:Dashboard</c> is true; the silos gather what it shows when theirs is, too.
/// </summary>
internal static class DashboardEndpoints
{
    public const string Root = "/dashboard";

    private const string Setting = "Silo:Dashboard";

    /// <summary>Its pages load their own script, style and figures, and nothing from elsewhere.</summary>
    private const string PagesPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static bool IsOn(IConfiguration configuration) => configuration.GetValue<bool>(Setting);

    /// <summary>The live log stays closed: whoever may see how silos run need not read what they log.</summary>
    public static void AddDashboardPages(this IClientBuilder client) =>
        client.AddDashboard(options => options.HideTrace = true);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var pages = routes
            .MapGroup("")
            .RequireAuthorization(Permissions.OperationsRead)
            .ExcludeFromDescription();
        pages.AddEndpointFilter(
            async (call, next) =>
            {
                call.HttpContext.Response.Headers.ContentSecurityPolicy = PagesPolicy;
                return await next(call) switch
                {
                    IStatusCodeHttpResult { StatusCode: StatusCodes.Status403Forbidden } =>
                        new Problem(Errors.Forbidden) { Detail = "The live log is closed." },
                    var answer => answer,
                };
            }
        );
        pages.MapOrleansDashboard(Root);
        DashboardSession.Map(pages);
    }
}
