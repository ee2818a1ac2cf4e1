using NodaTime;
using NodaTime.TimeZones;

namespace PointsMall.Grains.Programme;

/// <summary>Days, weeks and months of the programme's zone. A day starts at its first instant, which a change of clocks may move off midnight.</summary>
public sealed class Calendar(DateTimeZone zone)
{
    private static readonly ZoneLocalMappingResolver EarlierOrEndOfGap =
        Resolvers.CreateMappingResolver(
            Resolvers.ReturnEarlier,
            Resolvers.ReturnStartOfIntervalAfter
        );

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

    /// <summary>What a clock on the wall shows.</summary>
    public LocalDateTime LocalOf(DateTimeOffset instant) =>
        Instant.FromDateTimeOffset(instant).InZone(Zone).LocalDateTime;

    public LocalDate DateOf(DateTimeOffset instant) => LocalOf(instant).Date;

    /// <summary>First instant of a day.</summary>
    public DateTimeOffset StartOf(LocalDate date) =>
        Zone.AtStartOfDay(date).ToInstant().ToDateTimeOffset();

    /// <summary>
    /// The instant at which a clock on the wall shows <paramref name="local"/>: the first of two when clocks go back, the end of the gap
    /// when they go forward over it.
    /// </summary>
    public DateTimeOffset InstantOf(LocalDateTime local) =>
        Zone.ResolveLocal(local, EarlierOrEndOfGap).ToInstant().ToDateTimeOffset();
}
