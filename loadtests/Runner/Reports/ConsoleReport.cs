using System.Globalization;
using System.Threading.Channels;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>
/// The run on the console: a live table while it runs and the report at its end. Where the output is no terminal it writes a plain line a
/// scenario every few seconds, and the report as text.
/// </summary>
internal sealed class ConsoleReport(IAnsiConsole console) : IRunConsole, IDisposable
{
    private const double PlainLinesEverySeconds = 5;

    private readonly Channel<IReadOnlyList<ScenarioPoint>> _intervals = Channel.CreateUnbounded<
        IReadOnlyList<ScenarioPoint>
    >();

    private Task _live = Task.CompletedTask;
    private TimeSpan _planned;
    private double _nextPlainLinesAt;

    private bool IsTerminal => console.Profile.Out.IsTerminal;

    public void Begin(RunBeginning run)
    {
        Line(
            Figures.OneLine(
                $"test suite: {run.TestSuite}, test name: {run.TestName}, session id: {run.SessionId}"
            )
        );
        _planned = run.Planned;
        if (IsTerminal)
        {
            _live = ShowLive();
        }
    }

    /// <summary>Does not wait for the terminal.</summary>
    public void Interval(IReadOnlyList<ScenarioPoint> points)
    {
        if (IsTerminal)
        {
            _intervals.Writer.TryWrite(points);
            return;
        }
        var at = points.Select(point => point.Point.AtSeconds).DefaultIfEmpty().Max();
        if (at < _nextPlainLinesAt)
        {
            return;
        }
        // A second early at most: an interval ends a little before or after its time.
        _nextPlainLinesAt = at + PlainLinesEverySeconds - 0.5;
        foreach (var point in points)
        {
            Line(PlainLine(point));
        }
    }

    public void End(RunReport report, IReadOnlyList<string> files)
    {
        _intervals.Writer.TryComplete();
        _live.GetAwaiter().GetResult();
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
            await foreach (var points in _intervals.Reader.ReadAllAsync())
            {
                context.UpdateTarget(Table(points));
            }
        });
    }

    private Table Table(IReadOnlyList<ScenarioPoint> points)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        if (_planned > TimeSpan.Zero)
        {
            table.Caption(
                $"{_planned.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s planned"
            );
        }
        table.AddColumns("at (s)", "scenario", "load simulation");
        foreach (
            var title in new[] { "wins/s", "refusals/s", "fails/s", "p50 (ms)", "p99 (ms)", "open" }
        )
        {
            table.AddColumn(new TableColumn(title).RightAligned().NoWrap());
        }
        foreach (var (scenario, simulation, latest) in points)
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

    private static string PlainLine(ScenarioPoint point)
    {
        var latest = point.Point;
        return $"{Seconds(latest.AtSeconds), 7} s  {Figures.OneLine(point.Scenario)}  {Figures.OneLine(point.Simulation)}"
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
