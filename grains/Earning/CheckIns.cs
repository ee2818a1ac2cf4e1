using NodaTime;

namespace PointsMall.Grains.Earning;

/// <summary>
/// Days in a row and days in all. A day is one of the programme's zone, by the server's clock, so that it counts across the changes of clocks and
/// the ends of months, and no change of a device makes a second one.
/// </summary>
public static class CheckIns
{
    private const string Streak = "streak";
    private const string Total = "total";

    /// <param name="day">Today.</param>
    /// <param name="last">The latest check-in up to today; null before the first.</param>
    /// <returns>Null when the member has checked in today.</returns>
    public static CheckIn? Next(LocalDate day, CheckIn? last)
    {
        if (last is null)
        {
            return new(day.ToDateOnly(), Streak: 1, Total: 1);
        }
        var days = NodaTime.Period.DaysBetween(LocalDate.FromDateOnly(last.Day), day);
        return days == 0
            ? null
            : new(day.ToDateOnly(), days == 1 ? last.Streak + 1 : 1, last.Total + 1);
    }

    /// <summary>The event as the rules see it: with the two numbers as attributes, whatever its sender says of them.</summary>
    public static EarningEvent Describe(EarningEvent e, CheckIn checkIn) =>
        e with
        {
            Attributes =
            [
                .. e.Attributes.Where(attribute => attribute.Name is not (Streak or Total)),
                new EventAttribute { Name = Streak, Number = checkIn.Streak },
                new EventAttribute { Name = Total, Number = checkIn.Total },
            ],
        };
}
