using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.GrainInterfaces;

namespace PointsMall.Api.Diagnostics;

/// <summary>
/// A grain call that does nothing, behind the same authentication as a redemption: the ceiling that load tests compare with. Only there when
/// <c>Diagnostics:Noop</c> is true.
/// </summary>
internal static class NoopEndpoint
{
    public const string Setting = "Diagnostics:Noop";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/internal/noop", Ping)
            .RequireAuthorization(Permissions.Member)
            .ExcludeFromDescription();

    private static async Task<NoContent> Ping(HttpContext http, IGrainFactory grains)
    {
        await grains.GetNoop(http.User.RequiredMemberId()).Ping();
        return TypedResults.NoContent();
    }
}
