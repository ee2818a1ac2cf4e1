using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.Api.Earning;

/// <summary>The rulebook's draft: written, checked, tried and published.</summary>
internal static class RulebookEndpoints
{
    public static void Map(IEndpointRouteBuilder rulebook)
    {
        rulebook
            .MapGet("/draft", GetDraft)
            .RequireAuthorization(Permissions.RulesRead)
            .WithName("getRulebookDraft")
            .WithSummary("The rulebook in the making");
        rulebook
            .MapPut("/draft", SetDraft)
            .RequireAuthorization(Permissions.RulesWrite)
            .WithName("setRulebookDraft")
            .WithSummary("Replace the rulebook in the making")
            .WithDescription(
                "The body is the rulebook, as docs/rules.md describes it, at most 256 KB. What is wrong with it is answered and does not hinder; it only can't be published."
            )
            .TakesRulebook()
            .WithQuery(
                new ParameterMetadata("revision", "The draft's revision that this one replaces.")
                {
                    Type = "integer",
                    Min = 0,
                    Required = true,
                }
            )
            .Refuses(Errors.VersionConflict);
        rulebook
            .MapPost("/validate", Validate)
            .RequireAuthorization(Permissions.RulesRead)
            .WithName("validateRulebook")
            .WithSummary("Check a rulebook without keeping it")
            .TakesRulebook();
        rulebook
            .MapPost("/versions", Publish)
            .RequireAuthorization(Permissions.RulesWrite)
            .WithName("publishRulebook")
            .WithSummary("Publish the draft as a version")
            .WithDescription(
                "It is in force from its start in every silo, at once within 2 s, until a version with a later start. A version never changes. Publishing a draft again answers with the version that it became."
            )
            .Takes<PublishRulebookRequest>()
            .WithLocation()
            .Refuses(Errors.VersionConflict, Errors.RulebookInvalid);
        rulebook
            .MapPost("/draft/preview", PreviewDraft)
            .RequireAuthorization(Permissions.RulesRead)
            .WithName("previewRulebookDraft")
            .WithSummary("What an event would earn by the draft and by the rules in force")
            .Takes<EarningEventRequest>()
            .Refuses(Errors.MemberNotFound, Errors.RulebookInvalid);
    }

    /// <summary>The body is a rulebook or a file with one.</summary>
    public static RouteHandlerBuilder TakesRulebook(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Takes<IReadOnlyDictionary<string, JsonElement>>()
            .WithMetadata(new RequestSizeLimitAttribute(Limits.RulebookBodyBytes));

    /// <summary>What a refused change of the rulebook is called over HTTP; null when it was carried out.</summary>
    public static Problem? ProblemOf(RulebookResult result)
    {
        if (result.Refusal is { } refusal)
        {
            return Refusals.ToProblem(refusal);
        }
        if (result.NotFound)
        {
            return new Problem(Errors.RulebookVersionNotFound);
        }
        return result.Conflict ? new Problem(Errors.VersionConflict) : null;
    }

    public static Problem Invalid(IEnumerable<RulebookError> errors) =>
        new(Errors.RulebookInvalid)
        {
            FieldErrors = errors
                .GroupBy(error => error.Path, StringComparer.Ordinal)
                .ToDictionary(
                    field => field.Key,
                    field => (IReadOnlyList<string>)[.. field.Select(error => error.Detail)],
                    StringComparer.Ordinal
                ),
        };

    private static async Task<Results<Ok<RulebookDraftAnswer>, Problem>> GetDraft(GrainCalls calls)
    {
        var outcome = await calls.Ask(grains => grains.GetGrain<IRulebookGrain>(0).GetDraft());
        return outcome.Succeeded(out var draft, out var problem)
            ? TypedResults.Ok(RulebookDraftAnswer.Of(draft, await ErrorsOf(calls, draft.Document)))
            : problem;
    }

    private static async Task<Results<Ok<RulebookDraftAnswer>, Problem>> SetDraft(
        HttpContext http,
        GrainCalls calls
    )
    {
        var query = new Query(http.Request.Query);
        var revision = query.Number("revision", 0, Limits.Points);
        query.ThrowIfWrong();
        var draft = new RulebookDraft
        {
            Revision = revision ?? throw ProblemException.Invalid("revision", "is needed"),
            Document = await RulebookJson.Read(http),
        };
        var outcome = await calls.Ask(grains => grains.GetGrain<IRulebookGrain>(0).SetDraft(draft));
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        return ProblemOf(result) is { } refused
            ? refused
            : TypedResults.Ok(RulebookDraftAnswer.Of(result.Draft!, result.Errors));
    }

    private static async Task<Results<Ok<RulebookValidityAnswer>, Problem>> Validate(
        HttpContext http,
        GrainCalls calls
    )
    {
        var errors = await ErrorsOf(calls, await RulebookJson.Read(http));
        return TypedResults.Ok(
            new RulebookValidityAnswer
            {
                Valid = errors.Count == 0,
                Errors = RulebookErrorAnswer.Of(errors),
            }
        );
    }

    private static async Task<Results<Created<RulebookVersionAnswer>, Problem>> Publish(
        HttpContext http,
        GrainCalls calls,
        TimeProvider clock
    )
    {
        var body = (await JsonBody<PublishRulebookRequest>.Read(http)).Value.Checked();
        var command = new PublishRulebookCommand
        {
            DraftRevision = body.DraftRevision!.Value,
            Start = body.Start,
            Note = body.Note,
            Principal = http.User.Principal(),
        };
        var outcome = await calls.Ask(grains =>
            grains.GetGrain<IRulebookGrain>(0).Publish(command)
        );
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        if (ProblemOf(result) is { } refused)
        {
            return refused;
        }
        if (!result.Errors.IsEmpty)
        {
            return Invalid(result.Errors);
        }
        var version = result.Version!;
        var index = await RulebookVersionEndpoints.IndexOf(calls);
        return TypedResults.Created(
            $"/v1/rulebook/versions/{version.Version}",
            RulebookVersionAnswer.Of(version, index, clock.GetUtcNow())
        );
    }

    private static async Task<Results<Ok<RulebookPreviewAnswer>, Problem>> PreviewDraft(
        HttpContext http,
        GrainCalls calls,
        TimeProvider clock
    )
    {
        var body = (await JsonBody<EarningEventRequest>.Read(http)).Value;
        var request = body.ToPreview(clock.GetUtcNow());
        var found = await calls.Ask(grains => grains.GetGrain<IRulebookGrain>(0).GetDraft());
        if (!found.Succeeded(out var draft, out var problem))
        {
            return problem;
        }
        var (byDraft, refused) = await EarningEndpoints.Preview(
            calls,
            request with
            {
                Document = draft.Document,
            }
        );
        if (refused is not null)
        {
            return refused;
        }
        var (inForce, refusedToo) = await EarningEndpoints.Preview(calls, request);
        return refusedToo is not null
            ? refusedToo
            : TypedResults.Ok(
                new RulebookPreviewAnswer
                {
                    DraftRevision = draft.Revision,
                    ByDraft = byDraft!,
                    InForce = inForce!,
                }
            );
    }

    /// <exception cref="ProblemException">No silo can be asked.</exception>
    private static async Task<IReadOnlyList<RulebookError>> ErrorsOf(
        GrainCalls calls,
        string document
    )
    {
        var outcome = await calls.Ask(async grains =>
            (await grains.GetGrain<IRuleWorkbenchGrain>(0).Validate(document)).ToArray()
        );
        return outcome.Succeeded(out var found, out var problem)
            ? found
            : throw new ProblemException(problem);
    }
}
