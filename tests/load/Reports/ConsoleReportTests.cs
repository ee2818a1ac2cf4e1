using PointsMall.LoadTests.Runner.Reports;
using Spectre.Console;

namespace PointsMall.Tests.Load.Reports;

public sealed class ConsoleReportTests
{
    private static readonly IntervalPoint[] Intervals =
    [
        .. Enumerable
            .Range(1, 7)
            .Select(second => new IntervalPoint(second, second, 10, 0, 2, 3, 41.25, 50, 17, [])),
    ];

    [Fact]
    public void Without_a_terminal_every_fifth_interval_is_a_line_and_the_end_is_the_text_report()
    {
        var small = SmallReport.Make();

        var output = Run(isTerminal: false, small);

        Assert.Equal(
            """
            test suite: points mall, test name: flash, "small", session id: s-1
                1.0 s  flash_sale  inject 2000/s  wins/s 1.0, refusals/s 10.0, fails/s 0.0  p50 2.00 ms, p99 41.25 ms  open 17
                6.0 s  flash_sale  inject 2000/s  wins/s 6.0, refusals/s 10.0, fails/s 0.0  p50 2.00 ms, p99 41.25 ms  open 17

            """
                + TextReport.Write(small)
                + "report: /tmp/small.txt\n",
            output
        );
    }

    [Fact]
    public void On_a_terminal_the_latest_interval_is_in_a_table_and_the_result_is_the_last_word()
    {
        var output = Run(isTerminal: true, SmallReport.Make());

        Assert.Contains("refusals/s", output, StringComparison.Ordinal);
        Assert.Contains("│ 7.0 ", output, StringComparison.Ordinal);
        Assert.Contains("41.25", output, StringComparison.Ordinal);
        Assert.Contains(
            "sold 500 of 500, oversold 0, lost 0, double 0",
            output,
            StringComparison.Ordinal
        );
        Assert.True(
            output.IndexOf("FAILED", StringComparison.Ordinal)
                > output.IndexOf("oversold", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_name_cannot_drive_the_terminal()
    {
        var hostile = SmallReport.Make() with { TestName = "[red]\u001b[2Jname" };

        var output = Run(isTerminal: true, hostile);

        Assert.Contains("[red] [2Jname", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", output, StringComparison.Ordinal);
    }

    private static string Run(bool isTerminal, RunReport report)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
                Out = new Output(writer, isTerminal),
            }
        );
        using var live = new ConsoleReport(console);
        live.Begin(
            new(
                report.TestSuite,
                report.TestName,
                report.SessionId,
                TimeSpan.FromSeconds(10),
                ["flash_sale"]
            )
        );
        foreach (var point in Intervals)
        {
            live.Interval([new("flash_sale", "inject 2000/s", point)]);
        }
        live.End(report, ["/tmp/small.txt"]);
        return writer.ToString();
    }

    private sealed class Output(TextWriter writer, bool isTerminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;
        public bool IsTerminal => isTerminal;
        public int Width => 200;
        public int Height => 50;

        public void SetEncoding(System.Text.Encoding encoding) { }
    }
}
