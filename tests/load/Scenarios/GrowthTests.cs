using PointsMall.LoadTests.Bench.Watching;
using PointsMall.LoadTests.Scenarios;

namespace PointsMall.Tests.Load.Scenarios;

/// <summary>What a soak takes for a leak.</summary>
public sealed class GrowthTests
{
    [Theory]
    [InlineData("leak", false)]
    [InlineData("filling", true)]
    [InlineData("noise", true)]
    [InlineData("late leak", false)]
    public void Memory_must_level_off(string shape, bool levelsOff) =>
        Assert.Equal(levelsOff, Of("silo1", "memory", shape).LevelsOff);

    [Theory]
    [InlineData("leak", true)]
    [InlineData("noise", true)]
    [InlineData("late leak", false)]
    public void A_table_that_only_gets_more_rows_may_grow_but_not_faster(
        string shape,
        bool levelsOff
    )
    {
        Assert.Equal(levelsOff, Of("postgres", "table ledger_entry", shape).LevelsOff);
        Assert.Equal(levelsOff, Of("postgres", "indexes of command", shape).LevelsOff);
    }

    [Theory]
    [InlineData("table stock")]
    [InlineData("indexes of member_account")]
    public void A_table_that_is_changed_in_place_must_level_off(string name)
    {
        Assert.False(Of("postgres", name, "leak").LevelsOff);
        Assert.True(Of("postgres", name, "filling").LevelsOff);
    }

    [Fact]
    public void The_growth_of_each_half_is_that_of_its_line()
    {
        var growth = Of("silo1", "heap", "leak");

        Assert.Equal(50, growth.First, tolerance: 0.1);
        Assert.Equal(100 * 290.0 / 600, growth.Last, tolerance: 0.1);
    }

    [Fact]
    public void The_generator_and_what_is_no_level_are_not_judged()
    {
        Assert.Null(Growth.Of(Series("bench", "memory", "leak")));
        Assert.Null(Growth.Of(Series("silo1", "CPU", "leak")));
    }

    private static Growth Of(string source, string name, string shape) =>
        Growth.Of(Series(source, name, shape))!;

    /// <summary>Ten minutes from 200 MB, a sample every 10 s.</summary>
    private static SampledSeries Series(string source, string name, string shape)
    {
        var series = new SampledSeries(source, name, "MB");
        for (var at = 0; at <= 600; at += 10)
        {
            var time = at / 600.0;
            series.Add(
                at,
                200
                    + shape switch
                    {
                        "leak" => 100 * time,
                        "filling" => 100 * (1 - Math.Exp(-8 * time)),
                        "late leak" => 100 * Math.Max(0, time - 0.5),
                        _ => 5 * Math.Sin(at),
                    }
            );
        }
        return series;
    }
}
