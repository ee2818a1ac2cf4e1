#if !NBOMBER_PACKAGE
using System.Globalization;
using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Bench.Watching;
using PointsMall.LoadTests.Runner;
using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.LoadTests.Bench;

/// <summary>Gives the runner's reports what the bench knows: the machine, the mall's own metrics, the verdict.</summary>
internal sealed class RunExtras(
    IReadOnlyList<KeyValuePair<string, string>> machine,
    Stage stage,
    RunWatch watch,
    BooksCheck books,
    CancellationToken cancelled
) : IRunExtras
{
    /// <summary>Null until the load is over.</summary>
    public BenchVerdict? Verdict { get; private set; }

    /// <summary>The run's result.</summary>
    public bool Passed { get; private set; }

    public Task Started(DateTimeOffset startedAt)
    {
        watch.Begin();
        return Task.CompletedTask;
    }

    public IReadOnlyList<Fact> Facts() =>
        [
            .. machine.Select(fact => new Fact(fact.Key, fact.Value)),
            new("members who call", Number(stage.Needs.Shoppers)),
            new("lots of each", Number(stage.Needs.LotsEach)),
            new("SKUs for sale", Number(stage.Skus.Count)),
            new(
                "mean flush of the log during the run",
                watch.MeanFlushMs is { } ms
                    ? $"{ms.ToString("0.00", CultureInfo.InvariantCulture)} ms"
                    : "not measured"
            ),
            new("checkpoints during the run", Number(watch.Checkpoints)),
        ];

    public async Task<IReadOnlyList<MetricSeries>> Metrics()
    {
        await watch.Stop();
        return
        [
            .. watch.Series.Select(series => new MetricSeries(
                series.Source,
                series.Name,
                series.Unit,
                [
                    .. series.Samples.Select(sample => new MetricPoint(
                        sample.AtSeconds,
                        sample.Value
                    )),
                ]
            )),
        ];
    }

    async Task<VerdictReport?> IRunExtras.Verdict(NodeStats stats)
    {
        Verdict = await books.Run(stats, cancelled);
        return new VerdictReport(
            Verdict.Line,
            Verdict.Passed,
            [.. Verdict.Details.Select(detail => new Fact(detail.Key, detail.Value))]
        );
    }

    public void Ended(RunReport report) => Passed = report.Passed;

    private static string Number(double value) =>
        value.ToString("N0", CultureInfo.InvariantCulture);
}
#endif
