using NodaTime;
using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>Days in a row are days of a calendar, whatever clocks do.</summary>
public sealed class CheckInTests
{
    [Theory]
    [Trait("Behaviour", "EARN-7")]
    [InlineData("2026-02-27", "2026-02-28", 2)]
    [InlineData("2026-02-28", "2026-03-01", 2)]
    [InlineData("2028-02-28", "2028-02-29", 2)]
    [InlineData("2028-02-28", "2028-03-01", 1)]
    [InlineData("2026-12-31", "2027-01-01", 2)]
    public void A_streak_goes_over_months_and_years_and_ends_with_a_missed_day(
        string last,
        string day,
        int streak
    )
    {
        var first = CheckIns.Next(Day(last), null)!;
        var next = CheckIns.Next(Day(day), first)!;

        Assert.Equal((1, 1), (first.Streak, first.Total));
        Assert.Equal((streak, 2), (next.Streak, next.Total));
        Assert.Null(CheckIns.Next(Day(day), next));
    }

    /// <summary>Both Sundays of the year on which clocks change have another length: 23 hours and 25.</summary>
    [Theory]
    [Trait("Behaviour", "EARN-6")]
    [Trait("Behaviour", "EARN-7")]
    [InlineData("2026-03-29")]
    [InlineData("2026-10-25")]
    public void The_day_is_one_of_the_programme_s_zone_also_when_its_clocks_change(string change)
    {
        var berlin = Earn.In("Europe/Berlin");
        var day = Day(change);
        CheckIn? last = null;
        foreach (var offset in (int[])[-1, 0, 1])
        {
            var start = berlin.StartOf(day.PlusDays(offset));
            var end = berlin.StartOf(day.PlusDays(offset + 1)).AddTicks(-1);
            Assert.Equal(berlin.DateOf(start), berlin.DateOf(end));
            last = CheckIns.Next(berlin.DateOf(end), last);
            Assert.NotNull(last);
            Assert.Null(CheckIns.Next(berlin.DateOf(start), last));
        }
        Assert.Equal((3, 3), (last!.Streak, last.Total));
    }

    [Fact]
    [Trait("Behaviour", "EARN-7")]
    public void A_streak_is_the_run_of_days_that_ends_today() =>
        Gen.Int[0, 3]
            .Array[1, 60]
            .Sample(gaps =>
            {
                var day = new LocalDate(2027, 12, 1);
                CheckIn? last = null;
                List<LocalDate> days = [];
                foreach (var gap in gaps)
                {
                    day = day.PlusDays(gap);
                    var next = CheckIns.Next(day, last);
                    Assert.Equal(days.Contains(day), next is null);
                    if (next is null)
                    {
                        continue;
                    }
                    days.Add(day);
                    last = next;
                    var run = 0;
                    while (days.Contains(day.PlusDays(-run)))
                    {
                        run++;
                    }
                    Assert.Equal((run, days.Count), (last.Streak, last.Total));
                }
            });

    [Fact]
    [Trait("Behaviour", "EARN-6")]
    public void What_a_sender_says_of_its_streak_does_not_count()
    {
        var sent = Earn.Visit() with
        {
            Attributes =
            [
                new EventAttribute { Name = "streak", Number = 1_000 },
                new EventAttribute { Name = "mood", Text = "fine" },
            ],
        };

        var seen = CheckIns.Describe(sent, new CheckIn(new DateOnly(2026, 3, 4), 7, 9));

        Assert.Equal(
            [("mood", null), ("streak", 7m), ("total", 9m)],
            seen.Attributes.Select(attribute => (attribute.Name, attribute.Number))
        );
    }

    private static LocalDate Day(string iso) =>
        LocalDate.FromDateOnly(
            DateOnly.ParseExact(
                iso,
                "yyyy-MM-dd",
                System.Globalization.CultureInfo.InvariantCulture
            )
        );
}
