using System.ComponentModel;

namespace PointsMall.Api.Reports;

[Description("What the programme owes its members at an instant, by its ledger.")]
internal sealed record LiabilityAnswer
{
    [Description(
        "All entries decided before this instant are in it, and no other: the whole minute at or before the one asked for, or now."
    )]
    public required DateTimeOffset AsOf { get; init; }

    [Description("Points that members could spend.")]
    public required long Available { get; init; }

    [Description("Points set aside by open holds.")]
    public required long Held { get; init; }

    [Description("Points that had yet to become available.")]
    public required long Pending { get; init; }

    [Description("Points that members owed.")]
    public required long Debt { get; init; }

    [Description("Available, held and pending, less debt.")]
    public required long Outstanding { get; init; }

    [Description(
        "All postings since the first, by account, contra account and type. Each adds its points to its account and takes them from its contra account."
    )]
    public required IReadOnlyList<PostingTotalAnswer> Postings { get; init; }

    public static LiabilityAnswer Of(
        DateTimeOffset asOf,
        IReadOnlyList<PostingTotalAnswer> postings
    )
    {
        var (available, held, pending, debt) = (
            Column("available"),
            Column("held"),
            Column("pending"),
            -Column("debt")
        );
        return new()
        {
            AsOf = asOf,
            Available = available,
            Held = held,
            Pending = pending,
            Debt = debt,
            Outstanding = checked(available + held + pending - debt),
            Postings = postings,
        };

        // What was added to a column of the members' own, less what was taken from it by postings on another.
        long Column(string name) =>
            checked(
                postings.Where(posting => posting.Account == name).Sum(posting => posting.Points)
                - postings.Where(posting => posting.Contra == name).Sum(posting => posting.Points)
            );
    }
}

[Description("All postings of one kind.")]
internal sealed record PostingTotalAnswer
{
    [Description("The column of the members' accounts.")]
    public string Account { get; init; } = "";

    [Description("The account that changed by the opposite, as `issued:purchase`.")]
    public string Contra { get; init; } = "";

    [Description("The entries' type.")]
    public string Type { get; init; } = "";

    [Description("Signed points in all.")]
    public long Points { get; init; }

    [Description("How many entries.")]
    public long Entries { get; init; }
}
