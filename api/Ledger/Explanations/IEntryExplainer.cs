using PointsMall.Api.Members;
using PointsMall.Api.Orders;

namespace PointsMall.Api.Ledger.Explanations;

/// <summary>
/// Says what entries of one type mean, in words fit for a member. One class a type, registered in <see cref="EntryExplanations"/>; a type
/// without one is explained in general words.
/// </summary>
internal interface IEntryExplainer
{
    /// <summary>The entry type, as the ledger names it.</summary>
    string Type { get; }

    Explanation Explain(EntryFacts facts, Words words);
}

/// <summary>An entry in words.</summary>
/// <param name="Title">A few words.</param>
/// <param name="Sentences">What happened, from where to where, and why.</param>
internal sealed record Explanation(string Title, IReadOnlyList<string> Sentences);

/// <summary>What an entry is explained from.</summary>
/// <param name="Entry">As lists show it.</param>
/// <param name="Account">The column that it changes.</param>
/// <param name="Contra">Where its points come from or go to.</param>
/// <param name="Order">The order that caused it, as it stands now; null when none did.</param>
/// <param name="SpentLots">The lots that this order took; empty when there is no order.</param>
/// <param name="Hold">The hold that caused it; null when none did.</param>
/// <param name="Event">The event that caused it; null when none did.</param>
internal sealed record EntryFacts(
    EntryAnswer Entry,
    string Account,
    string Contra,
    OrderAnswer? Order,
    IReadOnlyList<EntryLotAnswer> SpentLots,
    HoldFacts? Hold,
    EventFacts? Event
);

/// <summary>The event that caused an entry.</summary>
/// <param name="Partner">Who sent it.</param>
/// <param name="EventId">The partner's id of it.</param>
/// <param name="Type">What happened.</param>
/// <param name="OccurredAt">When.</param>
/// <param name="OrderId">The partner's id of the purchase that it is about; null when it is about none.</param>
/// <param name="RulebookVersion">The version that decided; 0 when none was in force.</param>
/// <param name="RuleId">The rule that gave the points; null when that can't be told.</param>
/// <param name="Steps">How the points came about; empty for points taken back.</param>
internal sealed record EventFacts(
    string Partner,
    string EventId,
    string Type,
    DateTimeOffset OccurredAt,
    string? OrderId,
    long RulebookVersion,
    string? RuleId,
    IReadOnlyList<StepFacts> Steps
);

/// <summary>One step of an award's calculation, as it was stored.</summary>
internal sealed record StepFacts(string Kind, string Name, string Value);

/// <summary>The hold that caused an entry.</summary>
internal sealed record HoldFacts(string Reason, DateTimeOffset ExpiresAt);
