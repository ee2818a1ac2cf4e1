using PointsMall.GrainInterfaces.Earning;
using static PointsMall.Tests.Domain.Earning.Earn;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>When rules apply.</summary>
public sealed class ConditionTests
{
    [Theory]
    [InlineData("""{"field":"event.channel","is":"app"}""", true)]
    [InlineData("""{"field":"event.channel","in":["web","app"]}""", true)]
    [InlineData("""{"field":"event.channel","is":"App"}""", false)]
    [InlineData("""{"field":"event.store","is":"s1"}""", false)]
    [InlineData("""{"not":{"field":"event.store","is":"s1"}}""", true)]
    [InlineData("""{"field":"event.attribute.stars","atLeast":4}""", true)]
    [InlineData("""{"field":"event.attribute.stars","atLeast":4.51}""", false)]
    [InlineData("""{"field":"event.attribute.stars","atLeast":4,"below":4.5}""", false)]
    [InlineData("""{"field":"event.attribute.stars","is":4.50}""", true)]
    [InlineData("""{"field":"event.attribute.stars","is":"4.5"}""", false)]
    [InlineData("""{"field":"event.attribute.photo","is":true}""", true)]
    [InlineData("""{"field":"event.attribute.photo","is":false}""", false)]
    [InlineData("""{"field":"event.attribute.photo","atLeast":0}""", false)]
    [InlineData("""{"field":"event.attribute.text","is":false}""", false)]
    [InlineData("""{"field":"purchase.amount","atLeast":5000}""", true)]
    [InlineData("""{"field":"purchase.amount","atLeast":5001}""", false)]
    [InlineData("""{"field":"purchase.items","is":2}""", true)]
    [InlineData("""{"field":"purchase.currency","is":"CNY"}""", true)]
    [InlineData("""{"field":"member.tier","is":"gold"}""", true)]
    [InlineData("""{"field":"member.segments","in":["x","vip"]}""", true)]
    [InlineData("""{"field":"member.segments","is":"x"}""", false)]
    [InlineData("""{"field":"member.registeredDays","below":100}""", false)]
    [InlineData("""{"field":"member.registeredDays","is":100}""", true)]
    [InlineData("""{"field":"member.isBirthday","is":true}""", true)]
    [InlineData("""{"field":"member.isBirthMonth","is":true}""", true)]
    [InlineData("""{"field":"time.weekday","in":["wednesday"]}""", true)]
    [InlineData("""{"field":"time.dayOfMonth","is":4}""", true)]
    [InlineData("""{"field":"time.month","is":3}""", true)]
    [InlineData("""{"field":"time.date","atLeast":"2026-03-04","below":"2026-03-05"}""", true)]
    [InlineData("""{"field":"time.date","below":"2026-03-04"}""", false)]
    [InlineData("""{"field":"time.ofDay","atLeast":"18:00","below":"18:00:01"}""", true)]
    [InlineData("""{"field":"time.ofDay","atLeast":"17:00","below":"18:00"}""", false)]
    [InlineData("""{"field":"time.ofDay","atLeast":"22:00","below":"02:00"}""", false)]
    [InlineData("""{"field":"time.ofDay","atLeast":"17:59","below":"02:00"}""", true)]
    [InlineData("""{"field":"time.ofDay","atLeast":"22:00","below":"18:01"}""", true)]
    [InlineData(
        """{"all":[{"field":"event.channel","is":"app"},{"field":"member.tier","is":"tin"}]}""",
        false
    )]
    [InlineData(
        """{"any":[{"field":"event.channel","is":"web"},{"field":"member.tier","is":"gold"}]}""",
        true
    )]
    [Trait("Behaviour", "MKT-6")]
    public void A_condition_asks_about_event_purchase_member_and_time(string when, bool holds)
    {
        var book = Book(
            $$"""{"id":"a","event":"purchase_paid","when":{{when}},"reward":{"kind":"fixed","points":1} }"""
        );
        var e = Order(4_000, 2_000);
        e = e with
        {
            Channel = "app",
            Purchase = e.Purchase! with { Discount = 1_000 },
            Attributes =
            [
                new() { Name = "stars", Number = 4.5m },
                new() { Name = "photo", Flag = true },
            ],
        };
        var member = Member with
        {
            Tier = "gold",
            Segments = ["new", "vip"],
            Birthday = new DateOnly(1990, 3, 4),
        };

        var decision = Decide(book, e, member);

        Assert.Equal(holds ? null : NotFiredReason.ConditionNotMet, WhyNot(decision, "a"));
    }

    [Theory]
    [InlineData("2027-02-28T04:00:00Z", true)]
    [InlineData("2028-02-28T04:00:00Z", false)]
    [InlineData("2028-02-29T04:00:00Z", true)]
    [InlineData("2027-02-27T15:59:59Z", false)]
    [InlineData("2027-02-27T16:00:00Z", true)]
    public void Who_was_born_on_29_February_has_the_birthday_on_the_28th_in_other_years(
        DateTimeOffset at,
        bool holds
    )
    {
        var book = Book(
            """{"id":"a","event":"visit","when":{"field":"member.isBirthday","is":true},"reward":{"kind":"fixed","points":1}}"""
        );
        var member = Member with { Birthday = new DateOnly(2000, 2, 29) };

        Assert.Equal(holds ? "a:1" : "", Points(Decide(book, Visit(at), member)));
        Assert.Equal("", Points(Decide(book, Visit(at))));
    }

    [Theory]
    [InlineData("Asia/Shanghai", "2026-11-10T15:59:59.999999Z", NotFiredReason.NotStarted)]
    [InlineData("Asia/Shanghai", "2026-11-10T16:00:00Z", null)]
    [InlineData("Asia/Shanghai", "2026-11-11T12:29:59.999999Z", null)]
    [InlineData("Asia/Shanghai", "2026-11-11T12:30:00Z", NotFiredReason.Ended)]
    [InlineData("Europe/Berlin", "2026-11-10T22:59:59Z", NotFiredReason.NotStarted)]
    [InlineData("Europe/Berlin", "2026-11-10T23:00:00Z", null)]
    [Trait("Behaviour", "RULE-5")]
    public void A_rule_fires_from_its_start_to_before_its_end(
        string zone,
        DateTimeOffset at,
        NotFiredReason? reason
    )
    {
        var book = Book(
            """{"id":"a","event":"visit","start":"2026-11-11","end":"2026-11-11T20:30:00","reward":{"kind":"fixed","points":1}}"""
        );

        Assert.Equal(reason, WhyNot(Decide(book, Visit(at), calendar: In(zone)), "a"));
    }

    [Theory]
    // Clocks go forward from 02:00 to 03:00: 02:30 is the end of the gap.
    [InlineData("2026-03-29T02:30:00", "2026-03-29T01:00:00Z")]
    // Clocks go back from 03:00 to 02:00: 02:30 is the first of the two.
    [InlineData("2026-10-25T02:30:00", "2026-10-25T00:30:00Z")]
    [Trait("Behaviour", "RULE-5")]
    public void A_start_that_clocks_skip_or_show_twice_is_one_instant(
        string start,
        DateTimeOffset at
    )
    {
        var book = Book(
            $$"""{"id":"a","event":"visit","start":"{{start}}","reward":{"kind":"fixed","points":1} }"""
        );
        var berlin = In("Europe/Berlin");

        Assert.Equal("a:1", Points(Decide(book, Visit(at), calendar: berlin)));
        Assert.Equal("", Points(Decide(book, Visit(at.AddTicks(-10)), calendar: berlin)));
    }

    [Fact]
    [Trait("Behaviour", "RULE-5")]
    public void A_rule_that_is_switched_off_never_fires() =>
        Assert.Equal(
            NotFiredReason.Inactive,
            WhyNot(
                Decide(
                    Book(
                        """{"id":"a","event":"visit","active":false,"reward":{"kind":"fixed","points":1}}"""
                    ),
                    Visit()
                ),
                "a"
            )
        );

    [Fact]
    public void Rules_for_other_events_are_not_mentioned() =>
        Assert.Empty(
            Decide(
                Book("""{"id":"a","event":"review","reward":{"kind":"fixed","points":1}}"""),
                Visit()
            ).NotFired
        );
}
