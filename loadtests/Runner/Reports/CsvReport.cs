using System.Globalization;
using System.Text;

namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>
/// One row a scenario and one a step. NBomber's columns come first, so that what reads its files reads these; its latency is the service time
/// and its columns have no units. Sizes of single answers are not kept: the smallest and the largest stay empty.
/// </summary>
internal static class CsvReport
{
    private const string WholeScenario = "global information";

    private static readonly (string Name, Func<Row, string> Value)[] Columns =
    [
        ("test_suite", row => row.Report.TestSuite),
        ("test_name", row => row.Report.TestName),
        ("scenario", row => row.Scenario.Name),
        ("duration", row => Figures.Time(row.Scenario.Duration)),
        ("step_name", row => row.IsTotal ? WholeScenario : row.Measured.Name),
        ("request_count", row => Count(row.Measured.OkCount + row.Measured.FailCount)),
        ("ok", row => Count(row.Measured.OkCount)),
        ("failed", row => Count(row.Measured.FailCount)),
        ("rps", row => Number(row.Measured.OkPerSecond)),
        ("min", row => Number(row.Measured.ServiceTime.MinMs)),
        ("mean", row => Number(row.Measured.ServiceTime.MeanMs)),
        ("max", row => Number(row.Measured.ServiceTime.MaxMs)),
        ("50_percent", row => Number(row.Measured.ServiceTime.P50Ms)),
        ("75_percent", row => Number(row.Measured.ServiceTime.P75Ms)),
        ("95_percent", row => Number(row.Measured.ServiceTime.P95Ms)),
        ("99_percent", row => Number(row.Measured.ServiceTime.P99Ms)),
        ("std_dev", row => Number(row.Measured.ServiceTime.StdDevMs)),
        ("data_transfer_min_kb", _ => ""),
        ("data_transfer_mean_kb", row => Number(MeanBytes(row.Measured) / 1024)),
        ("data_transfer_max_kb", _ => ""),
        ("data_transfer_all_mb", row => Number(row.Measured.Bytes / 1024.0 / 1024.0)),
        ("data_transfer_bytes_per_sec", row => Number(row.Measured.BytesPerSecond)),
        ("wins_per_sec", row => Number(row.Measured.WinsPerSecond)),
        ("refusals_per_sec", row => Number(row.Measured.RefusalsPerSecond)),
        ("fails_per_sec", row => Number(row.Measured.FailPerSecond)),
        ("service_p90_ms", row => Number(row.Measured.ServiceTime.P90Ms)),
        ("service_p99_9_ms", row => Number(row.Measured.ServiceTime.P999Ms)),
        .. Times("response", measured => measured.ResponseTime),
        .. Times("win", measured => measured.WinTime),
        .. Times("fail", measured => measured.FailTime),
        ("scheduled", row => row.IsTotal ? Count(row.Scenario.Pace.Scheduled) : ""),
        ("started", row => row.IsTotal ? Count(row.Scenario.Pace.Started) : ""),
        ("late", row => row.IsTotal ? Count(row.Scenario.Pace.Late) : ""),
        ("dropped", row => row.IsTotal ? Count(row.Scenario.Pace.Dropped) : ""),
        ("max_late_ms", row => row.IsTotal ? Number(row.Scenario.Pace.MaxLateMs) : ""),
        ("session_id", row => row.Report.SessionId),
        ("passed", row => row.Report.Passed ? "true" : "false"),
    ];

    public static string Write(RunReport report)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', Columns.Select(column => column.Name)).Append('\n');
        foreach (var row in report.Scenarios.SelectMany(scenario => Rows(report, scenario)))
        {
            text.AppendJoin(',', Columns.Select(column => Quote(column.Value(row)))).Append('\n');
        }
        return text.ToString();
    }

    private static IEnumerable<Row> Rows(RunReport report, ScenarioReport scenario) =>
        [
            new(report, scenario, scenario.Total, IsTotal: true),
            .. scenario.Steps.Select(step => new Row(report, scenario, step, IsTotal: false)),
        ];

    private static (string, Func<Row, string>)[] Times(
        string name,
        Func<MeasurementReport, LatencyReport> of
    ) =>
        [
            ($"{name}_min_ms", row => Number(of(row.Measured).MinMs)),
            ($"{name}_mean_ms", row => Number(of(row.Measured).MeanMs)),
            ($"{name}_max_ms", row => Number(of(row.Measured).MaxMs)),
            ($"{name}_p50_ms", row => Number(of(row.Measured).P50Ms)),
            ($"{name}_p75_ms", row => Number(of(row.Measured).P75Ms)),
            ($"{name}_p90_ms", row => Number(of(row.Measured).P90Ms)),
            ($"{name}_p95_ms", row => Number(of(row.Measured).P95Ms)),
            ($"{name}_p99_ms", row => Number(of(row.Measured).P99Ms)),
            ($"{name}_p99_9_ms", row => Number(of(row.Measured).P999Ms)),
        ];

    private static double MeanBytes(MeasurementReport measured)
    {
        var count = measured.OkCount + measured.FailCount;
        return count == 0 ? 0 : (double)measured.Bytes / count;
    }

    private static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) =>
        value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Quote(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n")
            ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;

    private sealed record Row(
        RunReport Report,
        ScenarioReport Scenario,
        MeasurementReport Measured,
        bool IsTotal
    );
}
