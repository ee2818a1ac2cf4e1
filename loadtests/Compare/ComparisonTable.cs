using System.Globalization;
using System.Text;
using PointsMall.LoadTests.Bench.Histories;

namespace PointsMall.LoadTests.Compare;

/// <summary>The comparison as Markdown.</summary>
internal static class ComparisonTable
{
    public static string Of(
        IReadOnlyList<Contestant> systems,
        IReadOnlyList<Measured> measured,
        IReadOnlyDictionary<string, Verdict> verdicts,
        IReadOnlyList<KeyValuePair<string, string>> facts
    )
    {
        var text = new StringBuilder();
        text.Append("Measured with ")
            .AppendJoin("; ", facts.Select(fact => $"{fact.Key}: {fact.Value}"))
            .Append(
                ". Each figure is the median of the rounds; each run began when three windows of 3 s in a row differed by at most a tenth, or after 36 s (†: it never did).\n"
            );
        foreach (var workload in Enum.GetValues<Workload>())
        {
            Append(text, systems, [.. measured.Where(run => run.Workload == workload)], workload);
        }
        AppendPromises(text, systems, verdicts);
        return text.ToString();
    }

    private static void Append(
        StringBuilder text,
        IReadOnlyList<Contestant> systems,
        IReadOnlyList<Measured> measured,
        Workload workload
    )
    {
        text.Append('\n')
            .Append(
                workload == Workload.Hot
                    ? "**Hot: one SKU by everybody**"
                    : "**Spread: 1,000 SKUs, evenly**"
            )
            .Append("\n\n")
            .Append(
                "| system | redemptions/s, median (lowest to highest) | the mall does | p50 ms | p99 ms | failed | cores by process (µs a redemption) |\n"
            )
            .Append("|---|---|---|---|---|---|---|\n");
        var mall = Median(measured.Where(run => run.System == Contestant.Mall), run => run.Rate);
        foreach (var system in systems)
        {
            var runs = measured.Where(run => run.System == system.Name).ToList();
            if (runs.Count == 0)
            {
                continue;
            }
            var rate = Median(runs, run => run.Rate);
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {system.Name} | {rate:N0}{(runs.All(run => run.Steady) ? "" : " †")} ({runs.Min(run => run.Rate):N0} to {runs.Max(run => run.Rate):N0}) | {Ratio(system, mall, rate)} | {Median(runs, run => run.P50Ms):0.0} | {Median(runs, run => run.P99Ms):0.0} | {runs.Sum(run => run.Failed)} | {Cores(runs, rate)} |\n"
            );
        }
    }

    private static void AppendPromises(
        StringBuilder text,
        IReadOnlyList<Contestant> systems,
        IReadOnlyDictionary<string, Verdict> verdicts
    )
    {
        text.Append("\n**What each promises, and what the history check found**\n\n")
            .Append(
                "| system | what it is | durable | once a key | never oversells | order | ledger | history check |\n"
            )
            .Append("|---|---|---|---|---|---|---|---|\n");
        foreach (var system in systems)
        {
            var promises = system.Promises;
            var check = verdicts.TryGetValue(system.Name, out var verdict)
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{verdict.Keys:N0} keys: {(verdict.IsClean ? "clean" : verdict)}"
                )
                : "-";
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {system.Name} | {system.Shape} | {promises.Durable} | {promises.OncePerKey} | {promises.NeverOversells} | {promises.Order} | {promises.Ledger} | {check} |\n"
            );
        }
    }

    private static string Ratio(Contestant system, double mall, double rate) =>
        system.Name == Contestant.Mall || rate == 0
            ? "-"
            : string.Create(CultureInfo.InvariantCulture, $"{mall / rate:0.00} times");

    private static string Cores(List<Measured> runs, double rate) =>
        string.Join(
            ", ",
            runs[0]
                .Cores.Keys.Select(process =>
                {
                    var cores = Median(runs, run => run.Cores.GetValueOrDefault(process));
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"{process} {cores:0.00} ({(rate > 0 ? cores / rate * 1e6 : 0):0})"
                    );
                })
        );

    private static double Median(IEnumerable<Measured> runs, Func<Measured, double> figure)
    {
        double[] sorted = [.. runs.Select(figure).Order()];
        return sorted.Length == 0
            ? 0
            : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
