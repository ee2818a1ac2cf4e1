namespace PointsMall.Grains.Earning;

/// <summary>Where the knowledge for decisions on events comes from; one for all members of a silo.</summary>
public sealed record EarningSources(
    RulebookCache Rulebooks,
    IEarningInputs Inputs,
    EarningRecords Records
);

/// <summary>
/// What one activation knows of its member for the rules: read with the first event, kept up to date by its own commits, gone with the
/// activation. Nobody else writes it: the account's fence guards the counters too.
/// </summary>
internal sealed class MemberEarnings(Guid memberId, EarningSources sources)
{
    private EarningInputs? _inputs;

    /// <summary>All that the decision on an event needs; null for an unknown member.</summary>
    /// <param name="command">The event.</param>
    /// <param name="calendar">The programme's.</param>
    /// <param name="lookUp">Look for the purchase even where none is to be expected.</param>
    public async Task<EventKnowledge?> Know(EarnCommand command, Calendar calendar, bool lookUp)
    {
        var e = command.Event;
        var partner = command.Header.Principal;
        var orderId = e.OrderId ?? (lookUp ? e.Purchase?.OrderId : null);
        var purchase = orderId is null ? null : await sources.Records.Purchase(partner, orderId);
        if (await Inputs(Earliest(e, purchase)) is not { } inputs)
        {
            return null;
        }
        var rulebook = await sources.Rulebooks.At(e.OccurredAt);
        var checkIn = e.Type == EventTypes.CheckIn ? await CheckIn(e, calendar) : null;
        var earned =
            e.Type == EventTypes.CheckIn && checkIn is null
                ? new EarningDecision([], [])
                : RuleEngine.Evaluate(
                    rulebook,
                    checkIn is null ? e : CheckIns.Describe(e, checkIn),
                    inputs.Facts,
                    inputs.Counters,
                    calendar
                );
        var budgets = earned
            .Awards.Select(award => award.Budget?.Id)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        return new EventKnowledge
        {
            RulebookVersion = rulebook.Version,
            Earned = earned,
            Counters = inputs.Counters,
            BudgetsUsed =
                budgets.Length > 0
                    ? await sources.Records.Budgets(budgets)
                    : ImmutableDictionary<string, long>.Empty,
            Purchase = purchase,
            CheckIn = checkIn,
        };
    }

    /// <summary>After the commit.</summary>
    public void Apply(EarningWrite written)
    {
        if (_inputs is not null && written.CountersAfter is { } counters)
        {
            _inputs = _inputs with { Counters = counters };
        }
    }

    /// <summary>What an event that was carried out before came to.</summary>
    public async Task<EventOutcome> Outcome(EarnCommand command) =>
        await sources.Records.Outcome(command.Header.Principal, command.Event.EventId, memberId)
        ?? throw new InvalidOperationException(
            "A command has carried out an event that is not there"
        );

    private async Task<CheckIn?> CheckIn(EarningEvent e, Calendar calendar)
    {
        var day = calendar.DateOf(e.OccurredAt);
        return CheckIns.Next(day, await sources.Records.CheckIn(memberId, day.ToDateOnly()));
    }

    /// <summary>Refunds lower the counters that their purchase raised.</summary>
    private static DateTimeOffset Earliest(EarningEvent e, StoredPurchase? purchase) =>
        purchase?.PaidAt < e.OccurredAt ? purchase.PaidAt.Value : e.OccurredAt;

    private async Task<EarningInputs?> Inputs(DateTimeOffset since)
    {
        if (_inputs is null || _inputs.Since > since)
        {
            _inputs = await sources.Inputs.Read(memberId, since);
        }
        return _inputs;
    }
}
