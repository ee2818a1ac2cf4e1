using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.Ledger.Explanations;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Silos;

namespace PointsMall.Api.Ledger;

/// <summary>Why did my points change?</summary>
internal static class EntryEndpoints
{
    public static void MapMine(IEndpointRouteBuilder me) =>
        me.MapGet("/ledger/{entryId:uuid}", GetMine)
            .WithName("getMyEntry")
            .WithSummary("One entry of the history, explained in words")
            .WithDescription(
                "What happened, when, how many points, from or to which of the member's points with their expiry, and why. In English or Chinese."
            )
            .WithLanguage()
            .Refuses(Errors.EntryNotFound);

    public static void MapMembers(IEndpointRouteBuilder members) =>
        members
            .MapGet("/{memberId:uuid}/ledger/{entryId:uuid}", Get)
            .RequireAuthorization(Permissions.MembersRead)
            .WithName("getMemberEntry")
            .WithSummary("One entry of a member's ledger, in full")
            .WithDescription(
                "What the member is told, and the row: contra account, actor, the command that wrote it, and the hashes that chain it."
            )
            .WithLanguage()
            .Refuses(Errors.EntryNotFound);

    private static async Task<Results<Ok<ExplainedEntryAnswer>, Problem>> GetMine(
        Guid entryId,
        HttpContext http,
        EntryQueries entries,
        ProgrammeWatch programme,
        CancellationToken cancelled
    )
    {
        if (await entries.Find(http.User.RequiredMemberId(), entryId, cancelled) is not { } entry)
        {
            return new Problem(Errors.EntryNotFound);
        }
        var words = Words.For(http.Request, programme.Current);
        words.WriteTo(http.Response);
        return TypedResults.Ok(ExplainedEntryAnswer.Of(entry, words));
    }

    private static async Task<Results<Ok<EntryRecordAnswer>, Problem>> Get(
        Guid memberId,
        Guid entryId,
        HttpContext http,
        EntryQueries entries,
        ProgrammeWatch programme,
        CancellationToken cancelled
    )
    {
        if (await entries.Find(memberId, entryId, cancelled) is not { } entry)
        {
            return new Problem(Errors.EntryNotFound);
        }
        var words = Words.For(http.Request, programme.Current);
        words.WriteTo(http.Response);
        return TypedResults.Ok(EntryRecordAnswer.Of(entry, words));
    }
}
