using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Ledger;

/// <summary>What the ledger can be checked with: proofs, checkpoints, keys. docs/ledger.md says how.</summary>
internal static class LedgerEndpoints
{
    public static void MapMine(IEndpointRouteBuilder me) =>
        me.MapGet("/ledger/proof", GetProof)
            .WithName("getMyLedgerProof")
            .WithSummary("The member's whole ledger with all that its hashes cover")
            .WithDescription(
                "Lines of JSON: the ledger's head, each entry, what the last checkpoint states of it, and an end. The script deploy/ledger/check-proof.py checks it without the mall."
            )
            .Produces<string>(StatusCodes.Status200OK, EndpointDescriptions.NdJson)
            .Refuses(Errors.MemberNotFound);

    public static void Map(IEndpointRouteBuilder ledger)
    {
        ledger
            .MapGet("/checkpoints", ListCheckpoints)
            .RequireAuthorization(Permissions.LedgerRead)
            .WithName("listCheckpoints")
            .WithSummary("The checkpoints of all members' ledgers, newest first")
            .WithDescription(
                "Kept elsewhere, they show later that no ledger was rewritten up to them."
            )
            .WithPaging();
        ledger
            .MapGet("/keys", ListKeys)
            .AllowAnonymous()
            .WithName("listLedgerKeys")
            .WithSummary("The public keys that checkpoints are signed with");
    }

    private static async Task<Results<PushStreamHttpResult, Problem>> GetProof(
        HttpContext http,
        CheckpointQueries checkpoints,
        ProofQueries proofs,
        CancellationToken cancelled
    ) =>
        await checkpoints.Prove(http.User.RequiredMemberId(), cancelled) is { } proof
            ? TypedResults.Stream(
                body => proofs.Write(proof.Head, proof.Checkpoint, body, cancelled),
                EndpointDescriptions.NdJson
            )
            : new Problem(Errors.MemberNotFound);

    private static async Task<Ok<Page<CheckpointAnswer>>> ListCheckpoints(
        HttpContext http,
        CheckpointQueries checkpoints,
        CancellationToken cancelled
    ) => TypedResults.Ok(await checkpoints.List(new Query(http.Request.Query), cancelled));

    private static async Task<Ok<LedgerKeysAnswer>> ListKeys(
        CheckpointQueries checkpoints,
        CancellationToken cancelled
    ) => TypedResults.Ok(await checkpoints.Keys(cancelled));
}
