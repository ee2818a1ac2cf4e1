using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Members;

/// <summary>What a member sees of itself.</summary>
internal static class MeEndpoints
{
    public static void Map(IEndpointRouteBuilder me)
    {
        me.MapGet("", GetMe)
            .WithName("getMe")
            .WithSummary("Profile and balance in one call")
            .Refuses(Errors.MemberNotFound);
        me.MapGet("/balance", GetBalance)
            .WithName("getMyBalance")
            .WithSummary("The balance now")
            .WithDescription(
                "Never older than the member's last answer. Points that expired or became available by now are counted as such."
            )
            .Refuses(Errors.MemberNotFound);
        me.MapGet("/ledger", GetLedger)
            .WithName("listMyLedger")
            .WithSummary("The history of the points, newest first")
            .WithLedgerQuery();
    }

    private static async Task<Results<Ok<MeAnswer>, Problem>> GetMe(
        HttpContext http,
        BalanceQueries balances,
        CancellationToken cancelled
    )
    {
        var member = await balances.Find(http.User.RequiredMemberId(), cancelled);
        return member is null
            ? new Problem(Errors.MemberNotFound)
            : TypedResults.Ok(
                new MeAnswer
                {
                    MemberId = member.MemberId,
                    DisplayName = member.DisplayName,
                    Tier = null,
                    Balance = member.Balance,
                }
            );
    }

    private static async Task<Results<Ok<BalanceAnswer>, Problem>> GetBalance(
        HttpContext http,
        BalanceQueries balances,
        CancellationToken cancelled
    )
    {
        var member = await balances.Find(http.User.RequiredMemberId(), cancelled);
        return member is null
            ? new Problem(Errors.MemberNotFound)
            : TypedResults.Ok(member.Balance);
    }

    private static async Task<Results<Ok<Page<EntryAnswer>>, Problem>> GetLedger(
        HttpContext http,
        LedgerQueries ledger,
        CancellationToken cancelled
    )
    {
        var query = new Query(http.Request.Query);
        var page = await ledger.Read(http.User.RequiredMemberId(), query, cancelled);
        return page is null ? new Problem(Errors.MemberNotFound) : TypedResults.Ok(page);
    }

    public static RouteHandlerBuilder WithLedgerQuery(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithQuery(
                new ParameterMetadata("type", "Only entries of this type.")
                {
                    Allowed = Names.EntryTypes,
                },
                new ParameterMetadata("from", "Only entries at this instant or later.")
                {
                    Format = "date-time",
                },
                new ParameterMetadata("to", "Only entries before this instant.")
                {
                    Format = "date-time",
                }
            )
            .WithPaging()
            .Refuses(Errors.MemberNotFound);
}

[Description("A member's profile and balance.")]
internal sealed record MeAnswer
{
    [Description("UUIDv7.")]
    public required Guid MemberId { get; init; }

    [Description("The name that the member goes by.")]
    public required string DisplayName { get; init; }

    [Description("The member's tier; null while the programme has none.")]
    public required string? Tier { get; init; }

    [Description("The balance now.")]
    public required BalanceAnswer Balance { get; init; }
}
