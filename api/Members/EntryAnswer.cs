using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Members;

[Description("An entry of a member's ledger. Entries are never changed or removed.")]
internal sealed record EntryAnswer
{
    [Description("UUID, the same in every answer.")]
    public required Guid EntryId { get; init; }

    [Description("1 for the member's first entry, then without a gap.")]
    public required long Sequence { get; init; }

    [Description("What it records.")]
    [AllowedValues(
        "grant",
        "deduction",
        "redemption",
        "cancellation",
        "activation",
        "expiry",
        "hold",
        "release",
        "capture",
        "repayment",
        "adjustment",
        "earning",
        "reversal",
        "extension"
    )]
    public required string Type { get; init; }

    [Description("Signed points: above 0 added, below 0 taken.")]
    public required long Points { get; init; }

    [Description("Available points less debt after the entry.")]
    public required long BalanceAfter { get; init; }

    [Description("When.")]
    public required DateTimeOffset OccurredAt { get; init; }

    [Description("Why, in words; null where the type says it all or the text was erased.")]
    public required string? Reason { get; init; }

    [Description("What caused it.")]
    public required CauseAnswer Cause { get; init; }

    [Description("The lots that the entry opened, took from or gave back to.")]
    public required IReadOnlyList<EntryLotAnswer> Lots { get; init; }

    public static EntryAnswer Of(Guid memberId, EntryView entry) =>
        new()
        {
            EntryId = DerivedId.OfEntry(memberId, entry.Sequence),
            Sequence = entry.Sequence,
            Type = Names.Of(entry.Type),
            Points = entry.Points,
            BalanceAfter = entry.BalanceAfter,
            OccurredAt = entry.OccurredAt,
            Reason = entry.Reason,
            Cause = new CauseAnswer { Kind = entry.CauseKind, Id = entry.CauseId },
            Lots = [.. entry.Lots.Select(lot => EntryLotAnswer.Of(memberId, lot))],
        };
}

[Description("What caused an entry.")]
internal sealed record CauseAnswer
{
    [Description("`order`, `grant`, `deduction`, `lot`, `hold` or `debt`.")]
    public required string Kind { get; init; }

    [Description("Its id.")]
    public required Guid Id { get; init; }
}

[Description("What an entry took from or gave to one lot of points.")]
internal sealed record EntryLotAnswer
{
    [Description("UUID, the same in every entry of the lot.")]
    public required Guid LotId { get; init; }

    [Description("Points, above 0.")]
    public required long Points { get; init; }

    [Description("The lot's expiry; null for never.")]
    public required DateTimeOffset? ExpiresAt { get; init; }

    public static EntryLotAnswer Of(Guid memberId, EntryLot lot) =>
        new()
        {
            LotId = DerivedId.OfLot(memberId, lot.Number),
            Points = lot.Points,
            ExpiresAt = lot.ExpiresAt,
        };
}
