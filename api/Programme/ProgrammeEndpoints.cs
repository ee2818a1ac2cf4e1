using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces.Programme;

namespace PointsMall.Api.Programme;

/// <summary>The programme's settings.</summary>
internal static class ProgrammeEndpoints
{
    public static void Map(IEndpointRouteBuilder programme)
    {
        programme
            .MapGet("", Get)
            .RequireAuthorization(Permissions.ProgrammeRead)
            .WithName("getProgramme")
            .WithSummary("The settings in force");
        programme
            .MapPut("", Set)
            .RequireAuthorization(Permissions.ProgrammeWrite)
            .WithName("setProgramme")
            .WithSummary("Replace the settings")
            .WithDescription(
                "The body is the whole of the settings with the `version` that they replace. They are in force in every silo within 2 s."
            )
            .Takes<ProgrammeBody>()
            .Refuses(Errors.VersionConflict);
    }

    private static async Task<Results<Ok<ProgrammeBody>, Problem>> Get(GrainCalls calls)
    {
        var outcome = await calls.Ask(grains => grains.GetGrain<IProgrammeGrain>(0).Get());
        return outcome.Succeeded(out var settings, out var problem)
            ? TypedResults.Ok(ProgrammeBody.Of(settings))
            : problem;
    }

    private static async Task<Results<Ok<ProgrammeBody>, Problem>> Set(
        HttpContext http,
        GrainCalls calls,
        ProgrammeWatch watch
    )
    {
        var body = await JsonBody<ProgrammeBody>.Read(http);
        var settings = body.Value.Checked();
        var outcome = await calls.Ask(grains => grains.GetGrain<IProgrammeGrain>(0).Set(settings));
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        if (result.Refusal is { } refusal)
        {
            return Refusals.ToProblem(refusal);
        }
        watch.Changed(result.Settings);
        return result.Conflict
            ? new Problem(Errors.VersionConflict)
            : TypedResults.Ok(ProgrammeBody.Of(result.Settings));
    }
}

[Description("The programme's settings.")]
internal sealed record ProgrammeBody
{
    [Description("Goes up by one with every change; a change names the version that it replaces.")]
    [Required, Range(0, Limits.Points)]
    public long? Version { get; init; }

    [Description("The programme's name, 1 to 100 characters.")]
    [Required, MaxLength(Limits.DisplayName)]
    public string? Name { get; init; }

    [Description("IANA time zone in which days, weeks and months are counted.")]
    [Required, MaxLength(Limits.Zone)]
    public string? Zone { get; init; }

    [Description(
        "Days that granted points stay valid when the grant names no expiry, to the end of the last day; null for ever."
    )]
    [JsonRequired, Range(1, 36_500)]
    public int? DefaultValidityDays { get; init; }

    [Description("Most points in one grant or deduction.")]
    [Required, Range(1, Limits.Points)]
    public long? MaxPointsPerCommand { get; init; }

    [Description("Days ahead of an expiry from which the balance shows it.")]
    [Required, Range(1, 365)]
    public int? ExpiryNoticeDays { get; init; }

    [Description(
        "Days that points returned by a cancel stay spendable when their own expiry has passed; 0 expires them at once."
    )]
    [Required, Range(0, 365)]
    public int? ReturnGraceDays { get; init; }

    [Description("BCP 47 tag of the language in which products' own texts are written.")]
    [Required, MaxLength(Limits.LanguageTag)]
    public string? DefaultLanguage { get; init; }

    [Description(
        "An adjustment of more points than this, either way, waits for a second person; null when none does."
    )]
    [JsonRequired, Range(0, Limits.Points)]
    public long? AdjustmentApprovalAbove { get; init; }

    [Description(
        "Most points that refunds of purchases may leave a member owing; null when nobody owes any, so that a refund stops at an empty account."
    )]
    [JsonRequired, Range(1, Limits.Points)]
    public long? DebtLimit { get; init; }

    public static ProgrammeBody Of(ProgrammeSettings settings) =>
        new()
        {
            Version = settings.Version,
            Name = settings.Name,
            Zone = settings.Zone,
            DefaultValidityDays = settings.DefaultValidityDays,
            MaxPointsPerCommand = settings.MaxPointsPerCommand,
            ExpiryNoticeDays = settings.ExpiryNoticeDays,
            ReturnGraceDays = settings.ReturnGraceDays,
            DefaultLanguage = settings.DefaultLanguage,
            AdjustmentApprovalAbove = settings.AdjustmentApprovalAbove,
            DebtLimit = settings.DebtLimit,
        };

    /// <summary>All settings must be there: what is left out would be changed by accident.</summary>
    /// <exception cref="ProblemException">A field is wrong.</exception>
    public ProgrammeSettings Checked()
    {
        var errors = new FieldErrors();
        var settings = new ProgrammeSettings
        {
            Version = errors.RequiredNumber("version", Version, 0, Limits.Points),
            Name = errors.RequiredText("name", Name, Limits.DisplayName),
            Zone = errors.RequiredText("zone", Zone, Limits.Zone),
            DefaultValidityDays = (int?)
                errors.Number("defaultValidityDays", DefaultValidityDays, 1, 36_500),
            MaxPointsPerCommand = errors.RequiredNumber(
                "maxPointsPerCommand",
                MaxPointsPerCommand,
                1,
                Limits.Points
            ),
            ExpiryNoticeDays = (int)
                errors.RequiredNumber("expiryNoticeDays", ExpiryNoticeDays, 1, 365),
            ReturnGraceDays = (int)
                errors.RequiredNumber("returnGraceDays", ReturnGraceDays, 0, 365),
            DefaultLanguage = errors.RequiredText(
                "defaultLanguage",
                DefaultLanguage,
                Limits.LanguageTag
            ),
            AdjustmentApprovalAbove = errors.Number(
                "adjustmentApprovalAbove",
                AdjustmentApprovalAbove,
                0,
                Limits.Points
            ),
            DebtLimit = errors.Number("debtLimit", DebtLimit, 1, Limits.Points),
        };
        errors.ThrowIfAny();
        return settings;
    }
}
