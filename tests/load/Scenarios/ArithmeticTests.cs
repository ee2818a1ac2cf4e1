using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Scenarios;

namespace PointsMall.Tests.Load.Scenarios;

public sealed class ArithmeticTests
{
    private static readonly int[] Rates = [1_000, 1_900, 2_500, 2_600, 2_400];
    private static readonly int[] Ranks = [1, 2, 10, 100];

    [Fact]
    public void The_knee_is_the_step_after_which_twice_the_callers_bring_less_than_a_tenth_more()
    {
        Saturation.Step[] steps =
        [
            .. Rates.Select((rate, i) => new Saturation.Step(8 << i, rate, 1, 2)),
        ];

        Assert.Equal(2500, Saturation.Knee(steps)!.Rate);
        Assert.Null(Saturation.Knee(steps[..3]));
    }

    [Fact]
    public void The_most_popular_is_chosen_twice_as_often_as_the_next()
    {
        const int Draws = 200_000;
        var zipf = new Zipf(100);
        var random = new Random(1);
        var counts = new int[100];
        for (var i = 0; i < Draws; i++)
        {
            counts[zipf.Next(random)]++;
        }

        var sum = Enumerable.Range(1, 100).Sum(rank => 1.0 / rank);
        Assert.All(
            Ranks,
            rank => Assert.Equal(1 / sum / rank, (double)counts[rank - 1] / Draws, tolerance: 0.003)
        );
    }

    [Fact]
    public void A_rush_knows_how_many_it_brings()
    {
        var rush = Rush.Of(
            new BenchOptions { Rate = 300, Duration = TimeSpan.FromSeconds(15) },
            1,
            1
        );

        Assert.Equal(TimeSpan.FromSeconds(5), rush.Ramp);
        Assert.Equal(300 * 5 / 2 + 300 * 15, rush.Demand);
    }

    [Fact]
    public void Every_scenario_has_a_name_of_its_own_and_needs_what_can_be_made()
    {
        var plans = ScenarioList.All;

        Assert.Equal(
            plans.Count,
            plans.Select(plan => plan.Name).Distinct(StringComparer.Ordinal).Count()
        );
        Assert.All(
            plans.Select(plan => plan.Needs(new BenchOptions())),
            needs =>
            {
                Assert.InRange(needs.Shoppers, 100, 20_000);
                Assert.InRange(needs.LotsEach, 1, 24);
            }
        );
    }
}
