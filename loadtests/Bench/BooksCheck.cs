using System.Globalization;
using NBomber.Contracts.Stats;
using Npgsql;
using PointsMall.Grains.Verification;
using PointsMall.LoadTests.Bench.Histories;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Bench;

/// <summary>What a run came to beside its figures.</summary>
/// <param name="Line">As printed: <c>sold N of N, oversold 0, lost 0, double 0</c>.</param>
/// <param name="Passed">Nothing was oversold, lost or doubled, the books add up, and the scenario found no problem.</param>
/// <param name="Details">Each check with what it found.</param>
internal sealed record BenchVerdict(
    string Line,
    bool Passed,
    IReadOnlyList<KeyValuePair<string, string>> Details
);

/// <summary>After the load: the scenario's own conclusion, the answers against the books, and the books by themselves.</summary>
internal sealed class BooksCheck(ScenarioPlan plan, Stage stage, MallAccess mall)
{
    /// <summary>A request that was given up may still be carried out: the API's budget for one, and a little.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(12);

    public async Task<BenchVerdict> Run(NodeStats stats, CancellationToken cancelled)
    {
        var conclusion = plan.Conclude?.Invoke(stage, stats) ?? new Conclusion([], []);
        var (history, books) = await Read(
            stage,
            mall,
            stage.History.Unclear > 0,
            long.MaxValue,
            cancelled
        );
        List<KeyValuePair<string, string>> details =
        [
            .. conclusion.Findings,
            .. conclusion.Problems.Select(problem => Detail("problem", problem)),
            Detail(
                "answers against the books",
                $"{history.Attempts:N0} answers to {history.Keys:N0} requests: {(history.IsClean ? "all agree" : "CONTRADICTED")}"
            ),
            .. history.Examples.Select(example => Detail("contradiction", example)),
            Detail(
                "verify",
                $"{books.Checks.Length} checks, {books.Checks.Sum(check => check.Rows):N0} rows, {books.Took.TotalSeconds:0} s: {(books.IsClean ? "all hold" : "VIOLATED")}"
            ),
            .. books.Violations.Select(violation => Detail("violation", violation.ToString())),
        ];
        return new BenchVerdict(
            history.ToString(),
            history.IsClean && books.IsClean && conclusion.Problems.Count == 0,
            details
        );
    }

    /// <summary>Holds the answers against the books, and the books against themselves.</summary>
    /// <param name="stage">What was asked for and answered.</param>
    /// <param name="mall">Whose books.</param>
    /// <param name="openRequests">Some requests ended without a certain answer, and the mall may still be at them.</param>
    /// <param name="durableUntil">See <see cref="HistoryCheck.Run"/>; <see cref="long.MaxValue"/> where nothing was restored.</param>
    /// <param name="cancelled">Stops between two rows.</param>
    public static async Task<(Verdict History, VerificationReport Books)> Read(
        Stage stage,
        MallAccess mall,
        bool openRequests,
        long durableUntil,
        CancellationToken cancelled
    )
    {
        if (openRequests)
        {
            await Task.Delay(Settling, cancelled);
        }
        await using var owner = NpgsqlDataSource.Create(mall.OwnerConnectionString);
        var history = await HistoryCheck.Run(
            stage.History,
            stage.Skus,
            new MallBooks(owner, stage.Skus),
            durableUntil,
            cancelled
        );
        return (history, await Verifier.Run(owner, cancelled));
    }

    private static KeyValuePair<string, string> Detail(string name, FormattableString text) =>
        new(name, text.ToString(CultureInfo.InvariantCulture));

    private static KeyValuePair<string, string> Detail(string name, string text) => new(name, text);
}
