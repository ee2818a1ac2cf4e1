using NodaTime;

namespace PointsMall.Grains.Earning;

/// <summary>How long points are valid.</summary>
public enum ValidityKind
{
    Never = 1,
    Days = 2,
    Months = 3,
    Years = 4,

    /// <summary>To the end of one date.</summary>
    Until = 5,

    /// <summary>Months since the member was last active: each activity moves the expiry.</summary>
    InactiveMonths = 6,
}

/// <summary>The end of the period to which an expiry is moved.</summary>
public enum PeriodEnd
{
    None = 0,
    Month = 1,
    Quarter = 2,
    Year = 3,
}

/// <summary>
/// When points expire, counted in days of the programme's zone from their activation. They are good to the last instant of their last day. A
/// month after the 31st is the last day of a shorter month.
/// </summary>
public sealed record Validity
{
    public const int MaxDays = 36_500;
    public const int MaxMonths = 1_200;
    public const int MaxYears = 100;

    public required ValidityKind Kind { get; init; }

    /// <summary>Days, months or years.</summary>
    public int Length { get; init; }

    /// <summary>The last day moves to the end of its period.</summary>
    public PeriodEnd RoundTo { get; init; }

    /// <summary>The last day.</summary>
    public LocalDate? Until { get; init; }

    public static Validity Never { get; } = new() { Kind = ValidityKind.Never };

    /// <summary>Whoever keeps the points must move their expiry with the member's activity.</summary>
    public bool IsSliding => Kind == ValidityKind.InactiveMonths;

    /// <summary>
    /// The first instant at which points can no longer be spent; <see cref="DateTimeOffset.MaxValue"/> for never. A fixed date may be past
    /// already when pending points become active: they then expire at once.
    /// </summary>
    /// <param name="calendar">The programme's.</param>
    /// <param name="activatedAt">When they became spendable; for sliding validity the last activity.</param>
    public DateTimeOffset ExpiresAt(Calendar calendar, DateTimeOffset activatedAt)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        if (Kind == ValidityKind.Never)
        {
            return DateTimeOffset.MaxValue;
        }
        var from = calendar.DateOf(activatedAt);
        var lastDay = Kind switch
        {
            ValidityKind.Days => from.PlusDays(Length),
            ValidityKind.Months or ValidityKind.InactiveMonths => from.PlusMonths(Length),
            ValidityKind.Years => from.PlusYears(Length),
            ValidityKind.Until => Until!.Value,
            _ => throw new InvalidOperationException($"Unknown validity {Kind}"),
        };
        return calendar.StartOf(EndOf(lastDay).PlusDays(1));
    }

    private LocalDate EndOf(LocalDate date) =>
        RoundTo switch
        {
            PeriodEnd.None => date,
            PeriodEnd.Month => date.With(DateAdjusters.EndOfMonth),
            PeriodEnd.Quarter => new LocalDate(date.Year, (date.Month + 2) / 3 * 3, 1).With(
                DateAdjusters.EndOfMonth
            ),
            PeriodEnd.Year => new LocalDate(date.Year, 12, 31),
            _ => throw new InvalidOperationException($"Unknown period {RoundTo}"),
        };
}
