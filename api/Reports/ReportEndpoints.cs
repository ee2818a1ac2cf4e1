using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Reports;

/// <summary>Figures over all members.</summary>
internal static class ReportEndpoints
{
    public static readonly ParameterMetadata At = new(
        "at",
        "An instant in the past; without it the answer is of now."
    )
    {
        Format = "date-time",
    };

    public static void Map(IEndpointRouteBuilder reports) =>
        reports
            .MapGet("/liability", GetLiability)
            .RequireAuthorization(Permissions.ReportsRead)
            .WithName("getLiability")
            .WithSummary("What the programme owes its members, now or at a past instant")
            .WithDescription(
                "Recomputed from the ledger. An instant is taken down to its whole minute. The report of a past instant never changes."
            )
            .WithQuery(At);

    private static async Task<Results<Ok<LiabilityAnswer>, Problem>> GetLiability(
        HttpContext http,
        LiabilityQueries liability,
        TimeProvider clock,
        CancellationToken cancelled
    )
    {
        var query = new Query(http.Request.Query);
        var at = query.Past("at", clock.GetUtcNow());
        query.ThrowIfWrong();
        return TypedResults.Ok(await liability.Read(at, cancelled));
    }
}
