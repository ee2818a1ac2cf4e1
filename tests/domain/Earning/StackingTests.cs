using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;
using static PointsMall.Tests.Domain.Earning.Earn;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>Several rules at once: stacking, multipliers, caps and cooldowns.</summary>
public sealed class StackingTests
{
    private const string Three = """
        {"id":"a","event":"visit","reward":{"kind":"fixed","points":10}},
        {"id":"b","event":"visit","reward":{"kind":"fixed","points":30}},
        {"id":"c","event":"visit","priority":5,"reward":{"kind":"fixed","points":20}}
        """;

    [Theory]
    [InlineData("all", "c:20 a:10 b:30")]
    [InlineData("best", "b:30")]
    [InlineData("first", "c:20")]
    [Trait("Behaviour", "EARN-4")]
    public void Rules_stack_as_the_rulebook_says(string stacking, string points) =>
        Assert.Equal(points, Points(Decide(Book(Three, $",\"stacking\":\"{stacking}\""), Visit())));

    [Fact]
    [Trait("Behaviour", "EARN-4")]
    public void The_losers_are_named()
    {
        var best = Decide(Book(Three, ""","stacking":"best" """), Visit());
        var first = Decide(Book(Three, ""","stacking":"first" """), Visit());

        Assert.Equal(NotFiredReason.NotBest, WhyNot(best, "a"));
        Assert.Equal(NotFiredReason.NotBest, WhyNot(best, "c"));
        Assert.Equal(NotFiredReason.NotFirst, WhyNot(first, "b"));
    }

    [Fact]
    [Trait("Behaviour", "EARN-4")]
    public void Groups_compete_apart_and_the_best_is_so_after_its_caps()
    {
        var book = Book(
            """
            {"id":"base","event":"visit","reward":{"kind":"fixed","points":1}},
            {"id":"x","event":"visit","group":"sale","reward":{"kind":"fixed","points":50},"caps":["low"]},
            {"id":"y","event":"visit","group":"sale","reward":{"kind":"fixed","points":20}}
            """,
            ""","groups":[{"id":"sale","stacking":"best"}],"caps":[{"id":"low","scope":"event","points":5}]"""
        );

        Assert.Equal("base:1 y:20", Points(Decide(book, Visit())));
    }

    [Theory]
    [InlineData("highest", 30)]
    [InlineData("multiply", 60)]
    [InlineData("add", 40)]
    [Trait("Behaviour", "MKT-6")]
    public void Overlapping_multipliers_come_to_what_the_rulebook_says(string policy, long points)
    {
        var book = Book(
            """
            {"id":"base","event":"visit","reward":{"kind":"fixed","points":10}},
            {"id":"m2","event":"visit","reward":{"kind":"multiplier","factor":2}},
            {"id":"m3","event":"visit","reward":{"kind":"multiplier","factor":3,"over":["base"]}}
            """,
            $",\"multiplierOverlap\":\"{policy}\""
        );

        var decision = Decide(book, Visit());

        Assert.Equal($"base:{points}", Points(decision));
        Assert.Contains(
            new AwardStep(AwardStepKind.Overlap, policy, "2"),
            decision.Awards[0].Steps
        );
        Assert.Equal(policy == "highest" ? NotFiredReason.NotBest : null, WhyNot(decision, "m2"));
    }

    [Fact]
    public void A_multiplier_covers_only_what_it_names()
    {
        var book = Book(
            """
            {"id":"a","event":"visit","reward":{"kind":"fixed","points":10}},
            {"id":"b","event":"visit","reward":{"kind":"fixed","points":10}},
            {"id":"m","event":"visit","reward":{"kind":"multiplier","factor":1.5,"over":["b"]}},
            {"id":"idle","event":"visit","reward":{"kind":"multiplier","factor":9},"lines":{"field":"line.amount","atLeast":1}}
            """
        );

        var decision = Decide(book, Visit());

        Assert.Equal("a:10 b:15", Points(decision));
        Assert.Equal(NotFiredReason.NothingToMultiply, WhyNot(decision, "idle"));
    }

    [Theory]
    [InlineData("clip", 80, "a:20")]
    [InlineData("clip", 100, "")]
    [InlineData("clip", 70, "a:30")]
    [InlineData("reject", 80, "")]
    [InlineData("reject", 70, "a:30")]
    [Trait("Behaviour", "EARN-5")]
    public void A_cap_clips_or_rejects(string over, long used, string points)
    {
        var book = Book(
            """{"id":"a","event":"visit","reward":{"kind":"fixed","points":30},"caps":["daily"]}""",
            $$""","caps":[{"id":"daily","scope":"member","period":"day","points":100,"over":"{{over}}"}]"""
        );
        var start = new DateTimeOffset(2026, 3, 3, 16, 0, 0, TimeSpan.Zero);

        var decision = Decide(
            book,
            Visit(),
            counters: [new("daily", start, used, 1), new("daily", start.AddDays(-1), 100, 1)]
        );

        Assert.Equal(points, Points(decision));
        if (points.Length == 0)
        {
            Assert.Equal(NotFiredReason.CapReached, WhyNot(decision, "a"));
        }
        else
        {
            Assert.Equal(
                new CounterUse("daily", start, start.AddDays(1), decision.Awards[0].Points, 1),
                Assert.Single(decision.Awards[0].Uses)
            );
        }
    }

    [Theory]
    [InlineData("day", "2026-03-03T16:00:00Z", "2026-03-04T16:00:00Z")]
    [InlineData("week", "2026-03-01T16:00:00Z", "2026-03-08T16:00:00Z")]
    [InlineData("month", "2026-02-28T16:00:00Z", "2026-03-31T16:00:00Z")]
    [InlineData("year", "2025-12-31T16:00:00Z", "2026-12-31T16:00:00Z")]
    [Trait("Behaviour", "EARN-5")]
    public void A_members_cap_counts_awards_in_its_period(
        string period,
        DateTimeOffset start,
        DateTimeOffset end
    )
    {
        var book = Book(
            """{"id":"a","event":"visit","reward":{"kind":"fixed","points":30},"caps":["c"]}""",
            $$""","caps":[{"id":"c","scope":"member","period":"{{period}}","times":2}]"""
        );

        var second = Decide(book, Visit(), counters: [new("c", start, 5, 1)]);
        var third = Decide(book, Visit(), counters: [new("c", start, 5, 2)]);

        Assert.Equal(new CounterUse("c", start, end, 30, 1), Assert.Single(second.Awards[0].Uses));
        Assert.Equal(NotFiredReason.CapReached, WhyNot(third, "a"));
    }

    [Fact]
    [Trait("Behaviour", "EARN-5")]
    public void Rules_that_share_a_cap_share_it_within_one_event_too()
    {
        var book = Book(
            """
            {"id":"a","event":"visit","reward":{"kind":"fixed","points":30},"caps":["e"]},
            {"id":"b","event":"visit","reward":{"kind":"fixed","points":30},"caps":["e"]},
            {"id":"c","event":"visit","reward":{"kind":"fixed","points":30},"caps":["e"]}
            """,
            ""","caps":[{"id":"e","scope":"event","points":40}]"""
        );

        var decision = Decide(book, Visit());

        Assert.Equal("a:30 b:10", Points(decision));
        Assert.Equal(NotFiredReason.CapReached, WhyNot(decision, "c"));
        Assert.All(decision.Awards, award => Assert.Empty(award.Uses));
    }

    [Theory]
    [InlineData(-60, true)]
    [InlineData(-59, false)]
    [InlineData(0, false)]
    [InlineData(59, false)]
    [InlineData(60, true)]
    public void A_rule_cools_down_before_it_fires_again_even_for_events_that_come_late(
        int minutesLater,
        bool fires
    )
    {
        var book = Book(
            """{"id":"a","event":"visit","reward":{"kind":"fixed","points":30},"cooldownMinutes":60}"""
        );
        var at = At.AddMinutes(minutesLater);

        var decision = Decide(book, Visit(at), counters: [new("a", At, 30, 1), new("b", at, 1, 1)]);

        Assert.Equal(fires ? "a:30" : "", Points(decision));
        if (fires)
        {
            Assert.Equal(
                new CounterUse("a", at, at.AddHours(1), 30, 1),
                Assert.Single(decision.Awards[0].Uses)
            );
        }
        else
        {
            Assert.Equal(NotFiredReason.CoolingDown, WhyNot(decision, "a"));
        }
    }
}
