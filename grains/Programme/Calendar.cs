using NodaTime;

namespace PointsMall.Grains.Programme;

/// <summary>Days, weeks and months of the programme's zone. A day starts at its first instant, which a change of clocks may move off midnight.</summary>
public sealed class Calendar(DateTimeZone zone)
{
    public DateTimeZone Zone { get; } = zone;

    /// <summary>First instant of the window that holds <paramref name="instant"/>; the Unix epoch for <see cref="LimitWindow.Total"/>.</summary>
    public DateTimeOffset StartOf(LimitWindow window, DateTimeOffset instant)
    {
        if (window == LimitWindow.Total)
        {
            return DateTimeOffset.UnixEpoch;
        }
        var date = DateOf(instant);
        return StartOf(
            window switch
            {
                LimitWindow.Day => date,
                LimitWindow.Week => date.PlusDays(1 - (int)date.DayOfWeek),
                LimitWindow.Month => new LocalDate(date.Year, date.Month, 1),
                _ => throw new ArgumentOutOfRangeException(nameof(window), window, message: null),
            }
        );
    }

    /// <summary>
    /// Points that stay valid for <paramref name="days"/> days are good to the end of the last of them: the first instant of the day after.
    /// </summary>
    public DateTimeOffset EndOfValidity(DateTimeOffset from, int days) =>
        StartOf(DateOf(from).PlusDays(days + 1));

    private LocalDate DateOf(DateTimeOffset instant) =>
        Instant.FromDateTimeOffset(instant).InZone(Zone).Date;

    private DateTimeOffset StartOf(LocalDate date) =>
        Zone.AtStartOfDay(date).ToInstant().ToDateTimeOffset();
}
