using System.Text.RegularExpressions;

namespace PointsMall.Tests.Load.Bench;

/// <summary>The whole of <c>./mall bench</c>, on processes of its own: a test of correctness, not of speed.</summary>
public sealed partial class FlashSaleTests
{
    /// <summary>All is right, or all but the pace: this machine may be as slow as it likes.</summary>
    private static readonly int[] Right = [0, 2];

    [Fact, Trait("Behaviour", "MKT-1")]
    public async Task A_sale_sells_out_and_neither_answers_nor_books_are_wrong()
    {
        using var folder = new ScriptFolder();
        var (exitCode, output) = await MallScript.Run(
            folder.Path,
            "bench",
            "flash_sale",
            "--duration=15s",
            "--rate=150",
            "--members=600",
            "--stock=200",
            "--lots=4",
            $"--report={folder.Path}"
        );

        Assert.True(Right.Contains(exitCode), $"ended with {exitCode}:\n{output}");
        Assert.Contains(
            "sold 200 of 200, oversold 0, lost 0, double 0",
            output,
            StringComparison.Ordinal
        );
        var reports = Directory
            .GetFiles(Path.Combine(folder.Path, "flash_sale"))
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.Equal([".csv", ".html", ".md", ".txt"], reports.Select(Path.GetExtension));
        var text = await File.ReadAllTextAsync(reports[3], TestContext.Current.CancellationToken);
        Assert.Matches(AnswersAgree(), text);
        Assert.Contains("all hold", text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(folder.Path, "mall-bench-*"));
    }

    [GeneratedRegex(
        "[0-9,]+ answers to [0-9,]+ requests: all agree",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex AnswersAgree();
}
