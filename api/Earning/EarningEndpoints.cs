using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.Api.Earning;

/// <summary>What events earn.</summary>
internal static class EarningEndpoints
{
    public static void Map(IEndpointRouteBuilder earnings) =>
        earnings
            .MapPost("/preview", PreviewEvent)
            .RequireAuthorization(Permissions.EarningsPreview)
            .WithName("previewEarnings")
            .WithSummary("What an event would earn")
            .WithDescription(
                "The rules in force when the event happened decide, as they do when it is sent for real. Nothing is changed."
            )
            .Takes<EarningEventRequest>()
            .Refuses(Errors.MemberNotFound);

    public static async Task<(EarningPreviewAnswer? Answer, Problem? Problem)> Preview(
        GrainCalls calls,
        EarningPreviewRequest request
    )
    {
        var outcome = await calls.Ask(grains =>
            grains.GetGrain<IRuleWorkbenchGrain>(0).Preview(request)
        );
        if (!outcome.Succeeded(out var preview, out var problem))
        {
            return (null, problem);
        }
        if (preview.Refusal is { } refusal)
        {
            return (null, Refusals.ToProblem(refusal));
        }
        return preview.Errors.IsEmpty
            ? (EarningPreviewAnswer.Of(preview), null)
            : (null, RulebookEndpoints.Invalid(preview.Errors));
    }

    private static async Task<Results<Ok<EarningPreviewAnswer>, Problem>> PreviewEvent(
        HttpContext http,
        GrainCalls calls,
        TimeProvider clock
    )
    {
        var body = (await JsonBody<EarningEventRequest>.Read(http)).Value;
        var (answer, problem) = await Preview(calls, body.ToPreview(clock.GetUtcNow()));
        return answer is not null ? TypedResults.Ok(answer) : problem!;
    }
}

[Description("What an event would earn.")]
internal sealed record EarningPreviewAnswer
{
    [Description(
        "The version of the rulebook that decided; null when none was in force, or a draft was tried."
    )]
    public required long? RulebookVersion { get; init; }

    [Description("All points together.")]
    public required long Points { get; init; }

    [Description("The points by rule, in the order in which they were decided.")]
    public required IReadOnlyList<AwardAnswer> Awards { get; init; }

    [Description("The rules for the event's type that would give nothing.")]
    public required IReadOnlyList<NotFiredAnswer> NotFired { get; init; }

    public static EarningPreviewAnswer Of(EarningPreview preview) =>
        new()
        {
            RulebookVersion = preview.RulebookVersion == 0 ? null : preview.RulebookVersion,
            Points = preview.Awards.Sum(award => award.Points),
            Awards = [.. preview.Awards.Select(AwardAnswer.Of)],
            NotFired = [.. preview.NotFired.Select(NotFiredAnswer.Of)],
        };
}

/// <summary>What there is to say of points by a rule, given or only asked about.</summary>
internal abstract record AwardFields
{
    [Description("The rule.")]
    public required string RuleId { get; init; }

    [Description("The source of the points.")]
    public required string Source { get; init; }

    [Description("At least 1.")]
    public required long Points { get; init; }

    [Description("The points by line of the purchase; lines that earn nothing are left out.")]
    public required IReadOnlyList<LineAwardAnswer> Lines { get; init; }

    [Description("When they can be spent; null while it counts from a delivery.")]
    public required DateTimeOffset? ActivatesAt { get; init; }

    [Description("When they expire; null for never, and while `activatesAt` is not known.")]
    public required DateTimeOffset? ExpiresAt { get; init; }

    [Description("How the points come about.")]
    public required IReadOnlyList<AwardStepAnswer> Steps { get; init; }
}

[Description("Points that one rule would give.")]
internal sealed record AwardAnswer : AwardFields
{
    [Description("The budget that would pay, which may have less by then; null for none.")]
    public required string? Budget { get; init; }

    public static AwardAnswer Of(PreviewedAward award) =>
        new()
        {
            RuleId = award.RuleId,
            Source = award.Source,
            Points = award.Points,
            Lines = [.. award.Lines.Select(LineAwardAnswer.Of)],
            ActivatesAt = award.ActivatesAt,
            ExpiresAt = award.ExpiresAt,
            Budget = award.Budget,
            Steps = [.. award.Steps.Select(AwardStepAnswer.Of)],
        };
}

[Description("The points of one line.")]
internal sealed record LineAwardAnswer
{
    [Description("The line.")]
    public required string LineId { get; init; }

    [Description("At least 1.")]
    public required long Points { get; init; }

    public static LineAwardAnswer Of(LineAward line) =>
        new() { LineId = line.LineId, Points = line.Points };
}

[Description("One step from what was counted to the points.")]
internal sealed record AwardStepAnswer
{
    [Description(
        "`base`, `rate`, `multiplier`, `overlap`, `rounding`, `cap`, `stacking`, `clip`; there may be more."
    )]
    public required string Kind { get; init; }

    [Description("The currency, tier, rule, cap or policy; empty where there is nothing to name.")]
    public required string Name { get; init; }

    [Description("A number, or two with `/` or ` on ` between them.")]
    public required string Value { get; init; }

    public static AwardStepAnswer Of(AwardStep step) =>
        new()
        {
            Kind = Names.Of(step.Kind),
            Name = step.Name,
            Value = step.Value,
        };
}

[Description("A rule that would give nothing.")]
internal sealed record NotFiredAnswer
{
    [Description("The rule.")]
    public required string RuleId { get; init; }

    [Description("Why, as `condition_not_met`; docs/rules.md lists the reasons.")]
    public required string Reason { get; init; }

    public static NotFiredAnswer Of(NotFired rule) =>
        new() { RuleId = rule.RuleId, Reason = Names.Of(rule.Reason) };
}

[Description("What an event would earn by the draft and by the rules in force.")]
internal sealed record RulebookPreviewAnswer
{
    [Description("The draft that was tried.")]
    public required long DraftRevision { get; init; }

    [Description("By the draft.")]
    public required EarningPreviewAnswer ByDraft { get; init; }

    [Description("By the version in force when the event happened.")]
    public required EarningPreviewAnswer InForce { get; init; }
}
