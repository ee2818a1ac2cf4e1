using PointsMall.LoadTests.Bench.Watching;

namespace PointsMall.Tests.Load.Bench;

public sealed class MetricsPageTests
{
    [Fact]
    public void Labels_are_summed_and_comments_are_not_read()
    {
        var page = MetricsPage.Parse(
            """
            # HELP commands_total What they came to
            # TYPE commands_total counter
            commands_total{operation="redeem",outcome="a } b"} 3 1764000000000
            commands_total{operation="cancel",outcome="Done"} 4
            wait_sum 12.5
            nothing
            up NaN
            # EOF
            """
        );

        Assert.Equal(7, page["commands_total"]);
        Assert.Equal(12.5, page["wait_sum"]);
        Assert.Null(page["nothing"]);
        Assert.Null(page["HELP"]);
    }

    [Fact]
    public void Totals_become_rates_and_sums_become_means()
    {
        var book = new SeriesBook();
        book.Rate("silo1", "batches", "/s", at: 1, total: 100);
        book.Rate("silo1", "batches", "/s", at: 3, total: 160);
        book.Rate("silo1", "batches", "/s", at: 4, total: 10); // the silo was started again
        book.Rate("silo1", "batches", "/s", at: 5, total: 15);
        book.Mean("silo1", "wait", "ms", at: 1, sum: 10, count: 2);
        book.Mean("silo1", "wait", "ms", at: 2, sum: 40, count: 5);
        book.Mean("silo1", "wait", "ms", at: 3, sum: 40, count: 5); // nothing happened

        Assert.Equal([new Sample(3, 30), new Sample(5, 5)], book.Series[0].Samples);
        Assert.Equal([new Sample(2, 10)], book.Series[1].Samples);
    }
}
