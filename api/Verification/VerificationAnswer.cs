using System.ComponentModel;

namespace PointsMall.Api.Verification;

[Description("How far the verification of the books is, and what it found.")]
internal sealed record VerificationAnswer
{
    [Description("The last look at what was committed since the one before; one a minute.")]
    public required VerificationRunAnswer Recent { get; init; }

    [Description("The last run over everything, or the present one; one a day.")]
    public required VerificationRunAnswer Full { get; init; }

    [Description("Rows for which a check does not hold, or did not.")]
    public required IReadOnlyList<FindingAnswer> Findings { get; init; }
}

[Description("A run of the verification.")]
internal sealed record VerificationRunAnswer
{
    [Description(
        "When it was begun; null for none yet, and for looks at what has changed, of which only the end is kept. A run that was begun later than it ended is under way."
    )]
    public required DateTimeOffset? BegunAt { get; init; }

    [Description("When the last one ended; null for none yet.")]
    public required DateTimeOffset? EndedAt { get; init; }

    [Description("What it took, in seconds, without its pauses.")]
    public required double Seconds { get; init; }
}

[Description("A row for which a check does not hold.")]
internal sealed record FindingAnswer
{
    [Description("Counts up.")]
    public required long FindingId { get; init; }

    [Description("The check, as `./mall verify` names it.")]
    public required string Check { get; init; }

    [Description("The row, by its ids.")]
    public required string Row { get; init; }

    [Description("What is wrong with it, in ids and numbers.")]
    public required string Why { get; init; }

    [Description("SKUs whose sale it stops; none when it concerns a member's points only.")]
    public required IReadOnlyList<Guid> SkuIds { get; init; }

    [Description("The first run that saw it.")]
    public required DateTimeOffset FirstSeenAt { get; init; }

    [Description("The last run that saw it.")]
    public required DateTimeOffset LastSeenAt { get; init; }

    [Description("When it stopped the sale of its SKUs; null while it has not.")]
    public required DateTimeOffset? SaleStoppedAt { get; init; }

    [Description("When a run looked again and found nothing; null while it is open.")]
    public required DateTimeOffset? ClearedAt { get; init; }
}
