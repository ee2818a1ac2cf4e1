using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;
using static PointsMall.Tests.Domain.Earning.Earn;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>What rewards come to, and how lines share them.</summary>
public sealed class RewardTests
{
    private const string OnePerTen =
        """{"id":"base","event":"purchase_paid","reward":{"kind":"per_amount","points":1,"per":1000,"currency":"CNY"}""";

    [Theory]
    [InlineData("floor", 1500, 1)]
    [InlineData("floor", 1999, 1)]
    [InlineData("half_up", 1499, 1)]
    [InlineData("half_up", 1500, 2)]
    [InlineData("half_up", 2500, 3)]
    [InlineData("half_even", 1500, 2)]
    [InlineData("half_even", 2500, 2)]
    [InlineData("half_even", 2501, 3)]
    [InlineData("ceiling", 1001, 2)]
    [InlineData("ceiling", 2000, 2)]
    [Trait("Behaviour", "EARN-3")]
    public void Points_are_rounded_as_the_rule_says(string rounding, long amount, long points)
    {
        var book = Book($$"""{{OnePerTen}},"rounding":"{{rounding}}"}""");

        Assert.Equal($"base:{points}", Points(Decide(book, Order(amount))));
    }

    [Fact]
    [Trait("Behaviour", "EARN-3")]
    public void Points_are_rounded_down_unless_the_rule_says_otherwise() =>
        Assert.Equal("base:1", Points(Decide(Book($"{OnePerTen}}}"), Order(1999))));

    [Theory]
    [InlineData("", 6_000)]
    [InlineData(",\"base\":{\"shipping\":true}", 7_000)]
    [InlineData(",\"base\":{\"tax\":true}", 6_500)]
    [InlineData(",\"base\":{\"paidWithPoints\":true}", 8_000)]
    [InlineData(",\"base\":{\"shipping\":true,\"tax\":true,\"paidWithPoints\":true}", 9_500)]
    [Trait("Behaviour", "EARN-3")]
    public void Shipping_tax_and_what_points_paid_count_only_where_the_rule_says(
        string counted,
        long amount
    )
    {
        var book = Book(
            $$"""{"id":"base","event":"purchase_paid","reward":{"kind":"per_amount","points":1,"per":1,"currency":"CNY"}{{counted}}}"""
        );
        var order = Order(7_000, 3_000);
        order = order with
        {
            Purchase = order.Purchase! with
            {
                Shipping = 1_000,
                Tax = 500,
                Discount = 2_000,
                PaidWithPoints = 2_000,
            },
        };

        var award = Assert.Single(Decide(book, order).Awards);

        Assert.Equal(amount, award.Points);
        Assert.Equal(amount, award.Lines.Sum(line => line.Points));
    }

    [Fact]
    [Trait("Behaviour", "ORD-9")]
    public void Discount_and_what_points_paid_are_spread_over_the_lines_by_largest_remainder()
    {
        var book = Book(
            """{"id":"base","event":"purchase_paid","reward":{"kind":"per_amount","points":1,"per":1,"currency":"CNY"}}"""
        );
        var order = Order(100, 100, 100);
        order = order with
        {
            Purchase = order.Purchase! with { Discount = 100, PaidWithPoints = 50 },
        };

        // The discount takes 34, 33, 33; then 50 paid with points by 66, 67, 67: 16.5, 16.75, 16.75.
        Assert.Equal("l1:50 l2:50 l3:50", Lines(Decide(book, order).Awards[0]));
    }

    [Fact]
    [Trait("Behaviour", "ORD-9")]
    public void Lines_share_an_award_by_what_they_count()
    {
        var award = Decide(Book($"{OnePerTen}}}"), Order(1_900, 1_900, 1_300)).Awards[0];

        Assert.Equal(5, award.Points);
        Assert.Equal("l1:2 l2:2 l3:1", Lines(award));
    }

    [Fact]
    public void Free_lines_share_a_fixed_reward_by_their_items() =>
        Assert.Equal(
            "l1:5 l2:5",
            Lines(
                Decide(
                    Book(
                        """{"id":"gift","event":"purchase_paid","reward":{"kind":"fixed","points":10}}"""
                    ),
                    Order(0, 0)
                ).Awards[0]
            )
        );

    [Fact]
    public void Whole_steps_count_only_what_fills_one()
    {
        var book = Book(
            """{"id":"steps","event":"purchase_paid","reward":{"kind":"per_amount","points":10,"per":10000,"currency":"CNY","whole":true}}"""
        );

        Assert.Equal("steps:10", Points(Decide(book, Order(12_000, 7_999))));
        Assert.Equal(NotFiredReason.NothingEarned, WhyNot(Decide(book, Order(9_999)), "steps"));
    }

    [Fact]
    public void Only_the_lines_that_a_rule_names_count()
    {
        var book = Book(
            """{"id":"tea","event":"purchase_paid","reward":{"kind":"per_item","points":3},"lines":{"field":"line.category","is":"b"}}"""
        );

        var award = Assert.Single(Decide(book, Order(10, 20)).Awards);

        Assert.Equal("l2:3", Lines(award));
        Assert.Equal(NotFiredReason.NoLineCounted, WhyNot(Decide(book, Order(10)), "tea"));
    }

    [Fact]
    public void A_table_gives_each_tier_its_own_reward()
    {
        var book = Book(
            """{"id":"t","event":"visit","reward":{"kind":"by_tier","tiers":{"gold":{"kind":"fixed","points":30}},"otherwise":{"kind":"fixed","points":5}}}"""
        );
        var strict = Book(
            """{"id":"t","event":"visit","reward":{"kind":"by_tier","tiers":{"gold":{"kind":"fixed","points":30}}}}"""
        );

        Assert.Equal("t:30", Points(Decide(book, Visit(), Member with { Tier = "gold" })));
        Assert.Equal("t:5", Points(Decide(book, Visit())));
        Assert.Equal(NotFiredReason.NoRewardForTier, WhyNot(Decide(strict, Visit()), "t"));
    }

    [Fact]
    public void A_purchase_in_another_currency_and_none_at_all_earn_nothing_by_amount()
    {
        var book = Book($"{OnePerTen}}}");
        var dollars = Order(5_000);
        dollars = dollars with { Purchase = dollars.Purchase! with { Currency = "USD" } };

        Assert.Equal(NotFiredReason.OtherCurrency, WhyNot(Decide(book, dollars), "base"));
        Assert.Equal(
            NotFiredReason.NoPurchase,
            WhyNot(Decide(book, dollars with { Purchase = null }), "base")
        );
    }

    [Fact]
    [Trait("Behaviour", "PTS-9")]
    public void More_points_than_an_award_may_have_are_none()
    {
        var book = Book(
            """{"id":"big","event":"purchase_paid","reward":{"kind":"per_amount","points":1000000000000,"per":1,"currency":"CNY"}}"""
        );

        Assert.Equal("big:1000000000000000", Points(Decide(book, Order(1_000))));
        Assert.Equal(NotFiredReason.TooManyPoints, WhyNot(Decide(book, Order(1_001)), "big"));
        Assert.Equal(
            NotFiredReason.TooManyPoints,
            WhyNot(Decide(book, Order(EventRules.MaxAmount, EventRules.MaxAmount)), "big")
        );
    }

    [Fact]
    public void A_clipped_award_keeps_its_proportions_and_says_so()
    {
        var book = Book(
            """{"id":"b","event":"purchase_paid","reward":{"kind":"per_item","points":10},"caps":["daily","spring"]}""",
            ""","caps":[{"id":"daily","scope":"member","period":"day","points":100},{"id":"spring","scope":"programme","points":1000,"over":"reject"}]"""
        );
        var award = Decide(book, Order(1, 1, 1)).Awards[0];

        var clipped = award.ClipTo(10);

        Assert.Equal(new BudgetUse("spring", 30, 1_000, CapOver.Reject), award.Budget);
        Assert.Equal("l1:4 l2:3 l3:3", Lines(clipped));
        Assert.Equal(10, clipped.Budget!.Points);
        Assert.Equal(10, Assert.Single(clipped.Uses).Points);
        Assert.Equal(new AwardStep(AwardStepKind.Clip, "spring", "10"), clipped.Steps[^1]);
        Assert.Equal(clipped.Steps, clipped.ClipTo(10).Steps);
        Assert.Single(clipped.ClipTo(3).Steps, step => step.Kind == AwardStepKind.Clip);
        Assert.Throws<ArgumentOutOfRangeException>(() => award.ClipTo(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => award.ClipTo(31));
    }

    [Fact]
    [Trait("Behaviour", "EARN-4")]
    public void An_award_says_how_it_came_about()
    {
        var book = Book(
            $$"""{{OnePerTen}},"caps":["daily"],"source":"purchase"},{"id":"double_b","event":"purchase_paid","reward":{"kind":"multiplier","factor":2.5},"lines":{"field":"line.category","is":"b"} },{"id":"extra","event":"purchase_paid","reward":{"kind":"fixed","points":1} }""",
            ""","stacking":"best","caps":[{"id":"daily","scope":"member","period":"day","points":7}]"""
        );

        var award = Assert.Single(Decide(book, Order(4_000, 2_000)).Awards);

        Assert.Equal(7, award.RulebookVersion);
        Assert.Equal("purchase", award.Source);
        var written = AwardSteps.Write(award.Steps);
        Assert.Equal(
            """{"v":1,"steps":[["base","CNY","6000"],["rate","","1/1000"],["multiplier","double_b","2.5 on 2000"],["rounding","floor","9"],["cap","daily","7"],["stacking","best","2"]]}""",
            written
        );
        Assert.Equal(award.Steps, AwardSteps.Read(written));
    }
}
