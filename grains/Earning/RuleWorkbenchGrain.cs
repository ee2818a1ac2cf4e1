using PointsMall.Grains.Members;

namespace PointsMall.Grains.Earning;

/// <summary>Reading and trying a large rulebook takes milliseconds: it is done where the call arrives, in as many silos as there are.</summary>
[GrainType("rule-workbench"), StatelessWorker]
internal sealed class RuleWorkbenchGrain(
    RulebookCache rulebooks,
    ProgrammeSettingsCache programme,
    IEarningInputs inputs
) : Grain, IRuleWorkbenchGrain
{
    public Task<ImmutableArray<RulebookError>> Validate(string document) =>
        Task.FromResult(RulebookReader.Read(document).Errors);

    public Task<ImmutableArray<RulebookChange>> Compare(string before, string after) =>
        Task.FromResult(RulebookDiff.Between(before, after));

    public async Task<EarningPreview> Preview(EarningPreviewRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (EventRules.Check(request.Event) is { } refusal)
        {
            return new() { Refusal = refusal };
        }
        var (rulebook, errors) = await RulebookOf(request);
        if (rulebook is null)
        {
            return new() { Errors = errors };
        }
        if (await inputs.Read(request.MemberId, request.Event.OccurredAt) is not { } member)
        {
            return new() { Refusal = Refusal.Of(RefusalCode.MemberNotFound) };
        }
        var calendar = programme.Current.Calendar;
        var decision = RuleEngine.Evaluate(
            rulebook,
            request.Event,
            member.Facts,
            member.Counters,
            calendar
        );
        return new()
        {
            RulebookVersion = rulebook.Version,
            Awards =
            [
                .. decision.Awards.Select(award =>
                    ToPreview(award, request.Event.OccurredAt, calendar)
                ),
            ],
            NotFired = decision.NotFired,
        };
    }

    private async Task<(Rulebook? Rulebook, ImmutableArray<RulebookError> Errors)> RulebookOf(
        EarningPreviewRequest request
    )
    {
        if (request.Document is null)
        {
            return (await rulebooks.At(request.Event.OccurredAt), []);
        }
        var reading = RulebookReader.Read(request.Document);
        return (
            reading.Terms is null ? null : new Rulebook(version: 0, reading.Terms),
            reading.Errors
        );
    }

    private static PreviewedAward ToPreview(Award award, DateTimeOffset paidAt, Calendar calendar)
    {
        var activatesAt = award.Activation.At(calendar, paidAt, deliveredAt: null);
        return new()
        {
            RuleId = award.RuleId,
            Source = award.Source,
            Points = award.Points,
            Lines = award.Lines,
            ActivatesAt = activatesAt,
            ExpiresAt = activatesAt is { } at
                ? Instants.OrNever(award.Validity.ExpiresAt(calendar, at))
                : null,
            Steps = award.Steps,
            Budget = award.Budget?.Id,
        };
    }
}
