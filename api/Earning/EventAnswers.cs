using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using PointsMall.Api.Members;
using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.Api.Earning;

[Description("What an event came to; the same however often it is sent.")]
internal sealed record EventAnswer
{
    [Description("Your id of it.")]
    public required string EventId { get; init; }

    [Description("Whose event.")]
    public required Guid MemberId { get; init; }

    [Description(
        "`earned`: it gave points. `reversed`: it took points back. `nothing`: it moved none. `waiting`: its purchase has not arrived yet, it is carried out with it. `already_paid`: its purchase has earned by another event. `already_checked_in`: the day has its check-in."
    )]
    [AllowedValues(
        "earned",
        "reversed",
        "nothing",
        "waiting",
        "already_paid",
        "already_checked_in"
    )]
    public required string Status { get; init; }

    [Description("The version of the rulebook that decided; null when none was in force.")]
    public required long? RulebookVersion { get; init; }

    [Description("All points given.")]
    public required long Points { get; init; }

    [Description("All points to take back.")]
    public required long Reversed { get; init; }

    [Description(
        "Points to take back that the member had no longer and that the programme's debtLimit lets nobody owe: settle them as money."
    )]
    public required long Shortfall { get; init; }

    [Description("The points by rule, in the order in which they were decided.")]
    public required IReadOnlyList<EarnedAwardAnswer> Awards { get; init; }

    [Description("The points taken back, by the award that had given them.")]
    public required IReadOnlyList<ReversedAwardAnswer> Reversals { get; init; }

    [Description("The rules for the event's type that gave nothing.")]
    public required IReadOnlyList<NotFiredAnswer> NotFired { get; init; }

    [Description("The member's balance now.")]
    public required BalanceAnswer Balance { get; init; }

    public static EventAnswer Of(string eventId, Guid memberId, EarnResult result)
    {
        var outcome = result.Outcome!;
        return new()
        {
            EventId = eventId,
            MemberId = memberId,
            Status = Names.Of(outcome.Status),
            RulebookVersion = outcome.RulebookVersion == 0 ? null : outcome.RulebookVersion,
            Points = outcome.Awards.Sum(award => award.Points),
            Reversed = outcome.Reversals.Sum(reversal => reversal.Points),
            Shortfall = outcome.Shortfall,
            Awards = [.. outcome.Awards.Select(award => EarnedAwardAnswer.Of(memberId, award))],
            Reversals =
            [
                .. outcome.Reversals.Select(reversal => ReversedAwardAnswer.Of(memberId, reversal)),
            ],
            NotFired = [.. outcome.NotFired.Select(NotFiredAnswer.Of)],
            Balance = BalanceAnswer.Of(result.Balance!),
        };
    }
}

[Description("Points that a rule gave.")]
internal sealed record EarnedAwardAnswer : AwardFields
{
    [Description("The ledger entry.")]
    public required Guid EntryId { get; init; }

    public static EarnedAwardAnswer Of(Guid memberId, EarnedAward award) =>
        new()
        {
            EntryId = DerivedId.OfEntry(memberId, award.Sequence),
            RuleId = award.RuleId,
            Source = award.Source,
            Points = award.Points,
            Lines = [.. award.Lines.Select(LineAwardAnswer.Of)],
            ActivatesAt = award.ActivatesAt,
            ExpiresAt = award.ExpiresAt,
            Steps = [.. award.Steps.Select(AwardStepAnswer.Of)],
        };
}

[Description("Points that a refund took back of one award.")]
internal sealed record ReversedAwardAnswer
{
    [Description("The refund's event; another than the one that was sent when it had waited.")]
    public required string EventId { get; init; }

    [Description("The ledger entry that had given the points.")]
    public required Guid EntryId { get; init; }

    [Description("The rule that had given them.")]
    public required string RuleId { get; init; }

    [Description("Points to take back; the four below together.")]
    public required long Points { get; init; }

    [Description("Taken from points that could not be spent yet.")]
    public required long FromPending { get; init; }

    [Description("Taken from points that could be spent.")]
    public required long FromAvailable { get; init; }

    [Description("Owed from now on; the next points pay it off.")]
    public required long Owed { get; init; }

    [Description("Neither taken nor owed.")]
    public required long Shortfall { get; init; }

    public static ReversedAwardAnswer Of(Guid memberId, ReversedAward reversal) =>
        new()
        {
            EventId = reversal.EventId,
            EntryId = DerivedId.OfEntry(memberId, reversal.Award),
            RuleId = reversal.RuleId,
            Points = reversal.Points,
            FromPending = reversal.FromPending,
            FromAvailable = reversal.FromAvailable,
            Owed = reversal.Owed,
            Shortfall = reversal.Shortfall,
        };
}

[Description("What became of each event.")]
internal sealed record EventsAnswer
{
    [Description("Events that were carried out, now or by an earlier call.")]
    public required int Succeeded { get; init; }

    [Description("Events that were not.")]
    public required int Refused { get; init; }

    [Description("The events in the order sent.")]
    public required IReadOnlyList<EventRowAnswer> Rows { get; init; }
}

[Description("What became of one event.")]
internal sealed record EventRowAnswer
{
    [Description("The event's place in the body, from 0.")]
    public required int Row { get; init; }

    [Description("The event's id; null when it could not be read.")]
    public required string? EventId { get; init; }

    [Description("The HTTP status that a single call would have had.")]
    public required int Status { get; init; }

    [Description("An earlier call carried it out.")]
    public required bool Replayed { get; init; }

    [Description("What it came to; null for a refused one.")]
    public required EventAnswer? Event { get; init; }

    [Description(
        "Why it was refused, as a problem of a single call; null for one that was carried out."
    )]
    public required JsonElement? Error { get; init; }
}
