using System.Globalization;
using System.Threading.Channels;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>
/// The run on the console: a live table while it runs and the report at its end. Where the output is no terminal it writes one plain line a
/// scenario and interval, and the report as text.
/// </summary>
public sealed class ConsoleReport(IAnsiConsole console) : IDisposable
{
    private readonly Channel<IReadOnlyList<ScenarioProgress>> _intervals = Channel.CreateUnbounded<
        IReadOnlyList<ScenarioProgress>
    >();

    private Task _live = Task.CompletedTask;

    private bool IsTerminal => console.Profile.Out.IsTerminal;

    /// <summary>Call once, before the first scenario starts.</summary>
    /// <param name="showProgress">False for no output until the end.</param>
    public void Begin(string testSuite, string testName, string sessionId, bool showProgress = true)
    {
        Line(
            $"test suite: {Figures.OneLine(testSuite)}, test name: {Figures.OneLine(testName)}, session id: {Figures.OneLine(sessionId)}"
        );
        ShowsProgress = showProgress;
        if (showProgress && IsTerminal)
        {
            _live = ShowLive();
        }
    }

    private bool ShowsProgress { get; set; }

    /// <summary>Call at the end of each reporting interval with every scenario. Does not wait for the terminal.</summary>
    public void Interval(IReadOnlyList<ScenarioProgress> scenarios)
    {
        ArgumentNullException.ThrowIfNull(scenarios);
        if (!ShowsProgress)
        {
            return;
        }
        if (IsTerminal)
        {
            _intervals.Writer.TryWrite(scenarios);
            return;
        }
        foreach (var scenario in scenarios)
        {
            Line(PlainLine(scenario));
        }
    }

    /// <summary>Ends the live table and writes the report and where its files are. Call once.</summary>
    public async Task End(RunReport report, IReadOnlyList<string> files)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(files);
        _intervals.Writer.TryComplete();
        await _live;
        if (IsTerminal)
        {
            foreach (var block in ReportBlocks.Of(report))
            {
                console.Write(Renderable(block));
            }
        }
        else
        {
            Line(TextReport.Write(report).TrimEnd());
        }
        foreach (var file in files)
        {
            Line($"report: {file}");
        }
    }

    /// <summary>Ends the live table of a run that ended without a report.</summary>
    public void Dispose() => _intervals.Writer.TryComplete();

    private Task ShowLive()
    {
        var live = console.Live(Table([])).AutoClear(enabled: false);
        return live.StartAsync(async context =>
        {
            await foreach (var scenarios in _intervals.Reader.ReadAllAsync())
            {
                context.UpdateTarget(Table(scenarios));
            }
        });
    }

    private static Table Table(IReadOnlyList<ScenarioProgress> scenarios)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        table.AddColumns("at (s)", "scenario", "load simulation");
        foreach (
            var title in new[] { "wins/s", "refusals/s", "fails/s", "p50 (ms)", "p99 (ms)", "open" }
        )
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }
        foreach (var (scenario, simulation, latest) in scenarios)
        {
            table.AddRow(
                new Text(Seconds(latest.AtSeconds)),
                new Text(Figures.OneLine(scenario)),
                new Text(Figures.OneLine(simulation), new Style(Color.Grey)),
                new Text(Figures.Rate(latest.WinsPerSecond), new Style(Color.Green)),
                new Text(Figures.Rate(latest.RefusalsPerSecond)),
                new Text(
                    Figures.Rate(latest.FailsPerSecond),
                    latest.FailsPerSecond > 0 ? new Style(Color.Red) : Style.Plain
                ),
                new Text(Figures.Ms(latest.P50Ms)),
                new Text(Figures.Ms(latest.P99Ms)),
                new Text(Figures.Count(latest.Open))
            );
        }
        return table;
    }

    private static string PlainLine(ScenarioProgress progress)
    {
        var latest = progress.Latest;
        return $"{Seconds(latest.AtSeconds), 7} s  {Figures.OneLine(progress.Scenario)}  {Figures.OneLine(progress.Simulation)}"
            + $"  wins/s {Figures.Rate(latest.WinsPerSecond)}, refusals/s {Figures.Rate(latest.RefusalsPerSecond)}, fails/s {Figures.Rate(latest.FailsPerSecond)}"
            + $"  p50 {Figures.Ms(latest.P50Ms)} ms, p99 {Figures.Ms(latest.P99Ms)} ms  open {Figures.Count(latest.Open)}";
    }

    private static string Seconds(double seconds) =>
        seconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static IRenderable Renderable(Block block) =>
        block switch
        {
            Block.Heading heading => new Rule($"[bold]{Markup.Escape(heading.Text)}[/]")
            {
                Justification = Justify.Left,
                Style = new Style(Color.Grey),
            },
            Block.Facts facts => Facts(facts.Items),
            Block.Lines lines => new Rows(
                lines.Items.Select(line => new Text(Figures.OneLine(line)))
            ),
            Block.Table table => Table(table),
            Block.Result result => new Text(
                result.Text + "\n",
                new Style(result.Passed ? Color.Green : Color.Red, decoration: Decoration.Bold)
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(block)),
        };

    private static Grid Facts(IReadOnlyList<Fact> facts)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap());
        grid.AddColumn();
        foreach (var fact in facts)
        {
            grid.AddRow(
                new Text(Figures.OneLine(fact.Name), new Style(Color.Grey)),
                new Text(Figures.OneLine(fact.Value))
            );
        }
        return grid;
    }

    private static Table Table(Block.Table block)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (var column in block.Columns)
        {
            var title = new TableColumn(Markup.Escape(column.Title));
            table.AddColumn(column.IsNumber ? title.RightAligned() : title);
        }
        foreach (var row in block.Rows)
        {
            table.AddRow(row.Select(cell => new Text(Figures.OneLine(cell))));
        }
        return table;
    }

    /// <summary>Past Spectre, which would wrap at the width that it assumes of a file.</summary>
    private void Line(string text) => console.Profile.Out.Writer.WriteLine(text);
}
