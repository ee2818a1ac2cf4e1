using NodaTime;

namespace PointsMall.Tests.Domain.Programme;

public sealed class CalendarTests
{
    private static readonly string[] Zones =
    [
        "Asia/Shanghai",
        "America/Sao_Paulo",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ];

    [Theory]
    [InlineData(
        "Asia/Shanghai",
        LimitWindow.Day,
        "2026-03-04T15:59:59.999999Z",
        "2026-03-03T16:00:00Z"
    )]
    [InlineData("Asia/Shanghai", LimitWindow.Day, "2026-03-04T16:00:00Z", "2026-03-04T16:00:00Z")]
    [InlineData("Asia/Shanghai", LimitWindow.Week, "2026-03-08T15:59:59Z", "2026-03-01T16:00:00Z")]
    [InlineData("Asia/Shanghai", LimitWindow.Week, "2026-03-08T16:00:00Z", "2026-03-08T16:00:00Z")]
    [InlineData("Asia/Shanghai", LimitWindow.Month, "2026-03-31T15:59:59Z", "2026-02-28T16:00:00Z")]
    [InlineData("Asia/Shanghai", LimitWindow.Total, "2026-03-31T15:59:59Z", "1970-01-01T00:00:00Z")]
    // Clocks go forward at midnight: the day begins at 01:00.
    [InlineData(
        "America/Sao_Paulo",
        LimitWindow.Day,
        "2018-11-04T12:00:00Z",
        "2018-11-04T03:00:00Z"
    )]
    // Clocks go back: the day has 25 hours.
    [InlineData("Europe/Berlin", LimitWindow.Day, "2026-10-25T22:59:59Z", "2026-10-24T22:00:00Z")]
    [InlineData("Europe/Berlin", LimitWindow.Day, "2026-10-25T23:00:00Z", "2026-10-25T23:00:00Z")]
    [Trait("Behaviour", "RED-2")]
    public void A_window_begins_at_the_first_instant_of_its_first_day(
        string zone,
        LimitWindow window,
        DateTimeOffset instant,
        DateTimeOffset start
    ) => Assert.Equal(start, In(zone).StartOf(window, instant));

    [Theory]
    [InlineData("Asia/Shanghai", "2026-03-04T15:59:59Z", 1, "2026-03-05T16:00:00Z")]
    [InlineData("Asia/Shanghai", "2026-03-04T16:00:00Z", 1, "2026-03-06T16:00:00Z")]
    [InlineData("Asia/Shanghai", "2024-02-28T02:00:00Z", 365, "2025-02-27T16:00:00Z")]
    [InlineData("America/Sao_Paulo", "2018-11-02T12:00:00Z", 1, "2018-11-04T03:00:00Z")]
    [Trait("Behaviour", "EXP-1")]
    public void Points_are_good_to_the_end_of_their_last_day(
        string zone,
        DateTimeOffset from,
        int days,
        DateTimeOffset end
    ) => Assert.Equal(end, In(zone).EndOfValidity(from, days));

    [Fact]
    [Trait("Behaviour", "RED-2")]
    public void Windows_never_move_back_and_hold_the_instant_that_they_were_asked_for() =>
        Gen.Select(
                Gen.Int[0, Zones.Length - 1].Select(i => DateTimeZoneProviders.Tzdb[Zones[i]]),
                Gen.Enum<LimitWindow>(),
                Gen.Long[0, 4_000_000_000],
                Gen.Long[0, 4_000_000]
            )
            .Sample(
                (zone, window, seconds, later) =>
                {
                    var calendar = new Calendar(zone);
                    var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
                    var start = calendar.StartOf(window, at);
                    Assert.True(start <= at);
                    Assert.Equal(start, calendar.StartOf(window, start));
                    Assert.True(start <= calendar.StartOf(window, at.AddSeconds(later)));
                },
                iter: 2_000
            );

    private static Calendar In(string zone) => new(DateTimeZoneProviders.Tzdb[zone]);
}
