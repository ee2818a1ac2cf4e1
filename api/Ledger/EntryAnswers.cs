using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PointsMall.Api.Earning;
using PointsMall.Api.Ledger.Explanations;
using PointsMall.Api.Members;
using PointsMall.Api.Orders;

namespace PointsMall.Api.Ledger;

[Description("An entry and what it means, in words.")]
internal sealed record ExplainedEntryAnswer
{
    [Description("The entry as lists show it.")]
    public required EntryAnswer Entry { get; init; }

    [Description("What happened, in a few words of the language of Content-Language.")]
    public required string Title { get; init; }

    [Description(
        "What happened, when, from which points to which, and why; sentences of the same language."
    )]
    public required IReadOnlyList<string> Sentences { get; init; }

    [Description("The order that caused it, as it stands now; null when none did.")]
    public required OrderAnswer? Order { get; init; }

    public static ExplainedEntryAnswer Of(ReadEntry read, Words words)
    {
        var explanation = EntryExplanations.Explain(read.Facts, words);
        return new()
        {
            Entry = read.Facts.Entry,
            Title = explanation.Title,
            Sentences = explanation.Sentences,
            Order = read.Facts.Order,
        };
    }
}

[Description("An entry in full, as staff sees it.")]
internal sealed record EntryRecordAnswer
{
    [Description("What the member is told.")]
    public required ExplainedEntryAnswer Explained { get; init; }

    [Description("The column of the member's account that changes by the entry's points.")]
    [AllowedValues("available", "pending", "held", "debt")]
    public required string Account { get; init; }

    [Description(
        "The account that changes by the opposite: `issued:SOURCE`, `redeemed`, `captured`, `deducted`, `expired`, or a column of the member's own."
    )]
    public required string Contra { get; init; }

    [Description("Who acted.")]
    [AllowedValues("member", "staff", "system")]
    public required string Actor { get; init; }

    [Description("The command that wrote it; null only when the books do not add up.")]
    public required EntryCommandAnswer? Command { get; init; }

    [Description("The event that caused it; null when none did.")]
    public required EntryEventAnswer? Event { get; init; }

    [Description("SHA-256 of salt, name and reason in hexadecimal digits; null without texts.")]
    public required string? TextHash { get; init; }

    [Description("The hash of the entry before, or the member's first hash.")]
    public required string PreviousHash { get; init; }

    [Description("The entry's own hash, 64 hexadecimal digits.")]
    public required string Hash { get; init; }

    public static EntryRecordAnswer Of(ReadEntry read, Words words) =>
        new()
        {
            Explained = ExplainedEntryAnswer.Of(read, words),
            Account = read.Row.Account,
            Contra = read.Row.Contra,
            Actor = read.Row.Actor,
            Command = read.Row.CommitId is { } id
                ? new EntryCommandAnswer
                {
                    CommandId = id,
                    Version = read.Row.Version!.Value,
                    Operation = read.Row.Operation!,
                    Principal = read.Row.Principal!,
                    Key = read.Row.Key,
                }
                : null,
            Event = read.Facts.Event is { } sent ? EntryEventAnswer.Of(sent) : null,
            TextHash = read.Row.TextHash is { } text ? Convert.ToHexStringLower(text) : null,
            PreviousHash = Convert.ToHexStringLower(read.Row.PreviousHash),
            Hash = Convert.ToHexStringLower(read.Row.Hash),
        };
}

[Description("The event that caused an entry, and how its points came about.")]
internal sealed record EntryEventAnswer
{
    [Description("Who sent it: `staff:SUBJECT`.")]
    public required string Partner { get; init; }

    [Description("The sender's id of it.")]
    public required string EventId { get; init; }

    [Description("What happened.")]
    public required string Type { get; init; }

    [Description("When it happened.")]
    public required DateTimeOffset OccurredAt { get; init; }

    [Description("The sender's id of the purchase that it is about; null when it is about none.")]
    public required string? OrderId { get; init; }

    [Description("The version of the rulebook that decided; null when none was in force.")]
    public required long? RulebookVersion { get; init; }

    [Description("The rule that gave the points; null for points that were taken back.")]
    public required string? RuleId { get; init; }

    [Description("How the points came about.")]
    public required IReadOnlyList<AwardStepAnswer> Steps { get; init; }

    public static EntryEventAnswer Of(EventFacts sent) =>
        new()
        {
            Partner = sent.Partner,
            EventId = sent.EventId,
            Type = sent.Type,
            OccurredAt = sent.OccurredAt,
            OrderId = sent.OrderId,
            RulebookVersion = sent.RulebookVersion == 0 ? null : sent.RulebookVersion,
            RuleId = sent.RuleId,
            Steps =
            [
                .. sent.Steps.Select(step => new AwardStepAnswer
                {
                    Kind = step.Kind,
                    Name = step.Name,
                    Value = step.Value,
                }),
            ],
        };
}

[Description("The command that wrote an entry.")]
internal sealed record EntryCommandAnswer
{
    [Description("UUIDv7.")]
    public required Guid CommandId { get; init; }

    [Description("The version of the member's account that it made.")]
    public required long Version { get; init; }

    [Description("What was asked for.")]
    public required string Operation { get; init; }

    [Description("Whose token it was: `member`, `staff:SUBJECT`, or `system`.")]
    public required string Principal { get; init; }

    [Description("Its Idempotency-Key; null when it had none.")]
    public required string? Key { get; init; }
}
