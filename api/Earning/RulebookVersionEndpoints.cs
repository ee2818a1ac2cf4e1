using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.Api.Earning;

/// <summary>The rulebook's published versions: listed, compared, retired, exported and imported.</summary>
internal static class RulebookVersionEndpoints
{
    /// <summary>Marks the cursors of the list of versions.</summary>
    private const char List = 'r';

    public static void Map(IEndpointRouteBuilder rulebook)
    {
        rulebook
            .MapGet("/versions", GetVersions)
            .RequireAuthorization(Permissions.RulesRead)
            .WithName("listRulebookVersions")
            .WithSummary("The published versions, newest first")
            .WithPaging();
        rulebook
            .MapGet("/versions/{version:long}", GetVersion)
            .RequireAuthorization(Permissions.RulesRead)
            .WithName("getRulebookVersion")
            .WithSummary("A published version with its rules")
            .Refuses(Errors.RulebookVersionNotFound);
        rulebook
            .MapPost("/versions/{version:long}/retirement", Retire)
            .RequireAuthorization(Permissions.RulesWrite)
            .WithName("retireRulebookVersion")
            .WithSummary("End a version early")
            .WithDescription(
                "From then on the version before it is in force again. Events of before still earn by it. Retiring a version again at the same time changes nothing."
            )
            .Takes<RetireRulebookRequest>(optionalBody: true)
            .Refuses(Errors.RulebookVersionNotFound);
        rulebook
            .MapGet("/diff", GetDiff)
            .RequireAuthorization(Permissions.RulesRead)
            .WithName("diffRulebooks")
            .WithSummary("How two versions, or a version and the draft, differ")
            .WithQuery(
                new ParameterMetadata("from", "A version's number, or `draft`.")
                {
                    Required = true,
                },
                new ParameterMetadata("to", "A version's number, or `draft`.") { Required = true }
            )
            .Refuses(Errors.RulebookVersionNotFound);
        rulebook
            .MapGet("/export", Export)
            .RequireAuthorization(Permissions.RulesRead)
            .WithName("exportRulebook")
            .WithSummary("A version as one JSON file")
            .WithQuery(
                new ParameterMetadata("version", "Its number; the version in force when missing.")
                {
                    Type = "integer",
                    Min = 1,
                }
            )
            .Refuses(Errors.RulebookVersionNotFound);
        rulebook
            .MapPost("/import", Import)
            .RequireAuthorization(Permissions.RulesWrite)
            .WithName("importRulebook")
            .WithSummary("Publish an exported file as a version")
            .WithDescription(
                "With `plan=true` nothing is changed and the answer is the same. A file that is the last version already changes nothing."
            )
            .TakesRulebook()
            .WithQuery(
                new ParameterMetadata("plan", "Only say what would be done.") { Type = "boolean" },
                new ParameterMetadata(
                    "start",
                    "When it comes into force, not in the past; at once when missing."
                )
                {
                    Format = "date-time",
                }
            )
            .Refuses(Errors.RulebookInvalid);
    }

    /// <exception cref="ProblemException">No silo can be asked.</exception>
    public static async Task<RulebookIndex> IndexOf(GrainCalls calls)
    {
        var outcome = await calls.Ask(async grains =>
            (await grains.GetGrain<IRulebookGrain>(0).GetIndex(knownRevision: -1))!
        );
        return outcome.Succeeded(out var index, out var problem)
            ? index
            : throw new ProblemException(problem);
    }

    private static async Task<Ok<Page<RulebookVersionAnswer>>> GetVersions(
        HttpContext http,
        GrainCalls calls,
        TimeProvider clock
    )
    {
        var query = new Query(http.Request.Query);
        var limit = query.Limit();
        var before = Cursor.Decode(query.Text("cursor", Cursor.MaxCharacters), List);
        query.ThrowIfWrong();
        var index = await IndexOf(calls);
        var now = clock.GetUtcNow();
        return TypedResults.Ok(
            Page<RulebookVersionAnswer>.Of(
                [
                    .. index
                        .Versions.Where(version =>
                            before is null || version.Version < before.Number
                        )
                        .Reverse()
                        .Take(limit + 1),
                ],
                limit,
                version => RulebookVersionAnswer.Of(version, index, now),
                version => new Cursor(List, Guid.Empty, version.Version)
            )
        );
    }

    private static async Task<Results<Ok<RulebookVersionDetailAnswer>, Problem>> GetVersion(
        long version,
        GrainCalls calls,
        TimeProvider clock
    )
    {
        var index = await IndexOf(calls);
        if (index.Versions.FirstOrDefault(known => known.Version == version) is not { } found)
        {
            return new Problem(Errors.RulebookVersionNotFound);
        }
        return TypedResults.Ok(
            new RulebookVersionDetailAnswer
            {
                Version = RulebookVersionAnswer.Of(found, index, clock.GetUtcNow()),
                Rulebook = RulebookJson.ToElement(await DocumentOf(calls, version)),
            }
        );
    }

    private static async Task<Results<Ok<RulebookVersionAnswer>, Problem>> Retire(
        long version,
        HttpContext http,
        GrainCalls calls,
        TimeProvider clock
    )
    {
        var body = (await JsonBody<RetireRulebookRequest>.ReadOptional(http)).Value;
        var command = new RetireRulebookCommand { Version = version, At = body.At };
        var outcome = await calls.Ask(grains => grains.GetGrain<IRulebookGrain>(0).Retire(command));
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        if (RulebookEndpoints.ProblemOf(result) is { } refused)
        {
            return refused;
        }
        var index = await IndexOf(calls);
        return TypedResults.Ok(RulebookVersionAnswer.Of(result.Version!, index, clock.GetUtcNow()));
    }

    private static async Task<Results<Ok<RulebookDiffAnswer>, Problem>> GetDiff(
        HttpContext http,
        GrainCalls calls
    )
    {
        var from = await VersionOrDraft(http, calls, "from");
        var to = await VersionOrDraft(http, calls, "to");
        var outcome = await calls.Ask(async grains =>
            (await grains.GetGrain<IRuleWorkbenchGrain>(0).Compare(from, to)).ToArray()
        );
        return outcome.Succeeded(out var changes, out var problem)
            ? TypedResults.Ok(new RulebookDiffAnswer { Changes = RulebookChangeAnswer.Of(changes) })
            : problem;
    }

    private static async Task<Results<Ok<RulebookFile>, Problem>> Export(
        HttpContext http,
        GrainCalls calls,
        TimeProvider clock
    )
    {
        var query = new Query(http.Request.Query);
        var number = query.Number("version", 1, Limits.Points);
        query.ThrowIfWrong();
        var index = await IndexOf(calls);
        var version = number is null
            ? index.InForce(clock.GetUtcNow())
            : index.Versions.FirstOrDefault(known => known.Version == number);
        if (version is null)
        {
            return new Problem(Errors.RulebookVersionNotFound);
        }
        http.Response.Headers.ContentDisposition = string.Create(
            CultureInfo.InvariantCulture,
            $"attachment; filename=\"rulebook-{version.Version}.json\""
        );
        return TypedResults.Ok(
            new RulebookFile
            {
                Format = RulebookJson.Format,
                Version = version.Version,
                Start = version.Start,
                Note = version.Note,
                Sha256 = version.Sha256,
                Rulebook = RulebookJson.ToElement(await DocumentOf(calls, version.Version)),
            }
        );
    }

    private static async Task<Results<Ok<RulebookImportAnswer>, Problem>> Import(
        HttpContext http,
        GrainCalls calls,
        TimeProvider clock
    )
    {
        var query = new Query(http.Request.Query);
        var plan = query.Flag("plan") ?? false;
        var start = query.Instant("start");
        query.ThrowIfWrong();
        var (document, note) = await RulebookJson.ReadFile(http);
        var command = new ImportRulebookCommand
        {
            Document = document,
            Start = start,
            Note = note,
            Principal = http.User.Principal(),
            PlanOnly = plan,
        };
        var outcome = await calls.Ask(grains => grains.GetGrain<IRulebookGrain>(0).Import(command));
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        if (RulebookEndpoints.ProblemOf(result) is { } refused)
        {
            return refused;
        }
        if (!result.Errors.IsEmpty)
        {
            return RulebookEndpoints.Invalid(result.Errors);
        }
        var index = await IndexOf(calls);
        return TypedResults.Ok(
            new RulebookImportAnswer
            {
                Action = result.IsNew ? "publish" : "none",
                Planned = plan,
                Version = result.Version is { } version
                    ? RulebookVersionAnswer.Of(version, index, clock.GetUtcNow())
                    : null,
                Changes = RulebookChangeAnswer.Of(result.Changes),
            }
        );
    }

    private static async Task<string> VersionOrDraft(
        HttpContext http,
        GrainCalls calls,
        string name
    )
    {
        if (RulebookJson.VersionOrDraft(http.Request.Query, name) is { } version)
        {
            return await DocumentOf(calls, version);
        }
        var outcome = await calls.Ask(grains => grains.GetGrain<IRulebookGrain>(0).GetDraft());
        return outcome.Succeeded(out var draft, out var problem)
            ? draft.Document
            : throw new ProblemException(problem);
    }

    /// <exception cref="ProblemException">There is no such version, or no silo can be asked.</exception>
    private static async Task<string> DocumentOf(GrainCalls calls, long version)
    {
        var outcome = await calls.Ask(async grains =>
            await grains.GetGrain<IRulebookGrain>(0).GetDocument(version) ?? ""
        );
        if (!outcome.Succeeded(out var document, out var problem))
        {
            throw new ProblemException(problem);
        }
        return document.Length > 0
            ? document
            : throw new ProblemException(new Problem(Errors.RulebookVersionNotFound));
    }
}
