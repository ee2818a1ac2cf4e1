using System.Globalization;
using System.Text.RegularExpressions;
using NBomber.Contracts.Metrics;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace PointsMall.LoadTests.Runner.Configuration;

/// <summary>
/// Thresholds as a config writes them: what they are about and a check, <c>{ "OkLatency": "p99 &lt; 50" }</c>. Latency is in milliseconds, data in bytes.
/// </summary>
internal static partial class ThresholdConfig
{
    private static readonly string[] Subjects =
    [
        "OkRequest",
        "FailRequest",
        "OkLatency",
        "FailLatency",
        "OkDataTransfer",
        "FailDataTransfer",
        "StatusCode",
        "Metric",
    ];

    /// <summary>Ok and failed figures of what the threshold is about; null when the step has not been used.</summary>
    private delegate (MeasurementStats Ok, MeasurementStats Fail)? Source(ScenarioStats stats);

    public static Threshold Read(JsonField field)
    {
        var fields = field.Fields();
        var stepName = "";
        int? abortWhenErrorCount = null;
        TimeSpan? startCheckAfter = null;
        foreach (var (name, value) in fields.Where(one => !Subjects.Contains(one.Name)))
        {
            switch (name)
            {
                case "StepName":
                    stepName = value.Text();
                    break;
                case "AbortWhenErrorCount":
                    abortWhenErrorCount = value.Number(least: 1);
                    break;
                case "StartCheckAfter":
                    startCheckAfter = value.Time();
                    break;
                default:
                    throw value.Unknown();
            }
        }
        if (fields.Where(one => Subjects.Contains(one.Name)).ToArray() is not [var subject])
        {
            throw field.Bad($"it must have one of {string.Join(", ", Subjects)}");
        }
        return Threshold.FromConfig(
            stepName,
            $"{subject.Name} {Words(subject.Value)}",
            Check(subject.Name, subject.Value, Of(stepName)),
            abortWhenErrorCount,
            startCheckAfter
        );
    }

    private static Func<ScenarioStats, MetricStats, bool> Check(
        string subject,
        JsonField check,
        Source of
    ) =>
        subject switch
        {
            "OkRequest" => Figure(check, Requests(check), stats => of(stats)?.Ok.Request),
            "FailRequest" => Figure(check, Requests(check), stats => of(stats)?.Fail.Request),
            "OkLatency" => Figure(check, Latency(check), stats => of(stats)?.Ok.Latency),
            "FailLatency" => Figure(check, Latency(check), stats => of(stats)?.Fail.Latency),
            "OkDataTransfer" => Figure(check, Transfer(check), stats => of(stats)?.Ok.DataTransfer),
            "FailDataTransfer" => Figure(
                check,
                Transfer(check),
                stats => of(stats)?.Fail.DataTransfer
            ),
            "StatusCode" => StatusCode(check, of),
            _ => OwnMetric(check),
        };

    private static Source Of(string stepName) =>
        stepName.Length == 0
            ? stats => (stats.Ok, stats.Fail)
            : stats => stats.StepStats.Find(stepName) is { } step ? (step.Ok, step.Fail) : null;

    private static Func<ScenarioStats, MetricStats, bool> Figure<T>(
        JsonField check,
        Func<T, double> figure,
        Func<ScenarioStats, T?> of
    )
        where T : class
    {
        var holds = Comparison(check);
        return (stats, _) => of(stats) is { } found && holds(figure(found));
    }

    private static Func<RequestStats, double> Requests(JsonField check) =>
        Metric(check) switch
        {
            "RPS" => request => request.RPS,
            "PERCENT" => request => request.Percent,
            _ => throw check.Bad("it must check RPS or Percent"),
        };

    private static Func<LatencyStats, double> Latency(JsonField check) =>
        Metric(check) switch
        {
            "MIN" => latency => latency.MinMs,
            "MEAN" => latency => latency.MeanMs,
            "MAX" => latency => latency.MaxMs,
            "P50" => latency => latency.Percent50,
            "P75" => latency => latency.Percent75,
            "P95" => latency => latency.Percent95,
            "P99" => latency => latency.Percent99,
            _ => throw check.Bad("it must check Min, Mean, Max, P50, P75, P95 or P99"),
        };

    private static Func<DataTransferStats, double> Transfer(JsonField check) =>
        Metric(check) switch
        {
            "MIN" => data => data.MinBytes,
            "MEAN" => data => data.MeanBytes,
            "MAX" => data => data.MaxBytes,
            "P50" => data => data.Percent50,
            "P75" => data => data.Percent75,
            "P95" => data => data.Percent95,
            "P99" => data => data.Percent99,
            _ => throw check.Bad("it must check Min, Mean, Max, P50, P75, P95 or P99"),
        };

    /// <summary>A code that nobody got is 0 percent.</summary>
    private static Func<ScenarioStats, MetricStats, bool> StatusCode(JsonField field, Source of)
    {
        var items = field.Items(2, "it must be [\"code\", \"Percent < 5\"]");
        var code = items[0].Text();
        if (Metric(items[1]) != "PERCENT")
        {
            throw items[1].Bad("it must check Percent");
        }
        var holds = Comparison(items[1]);
        return (stats, _) =>
            of(stats) is { } found
            && holds(
                (found.Ok.StatusCodes.Find(code)?.Percent ?? 0)
                    + (found.Fail.StatusCodes.Find(code)?.Percent ?? 0)
            );
    }

    /// <summary>A counter's or gauge's value; one that the scenario did not register holds nothing.</summary>
    private static Func<ScenarioStats, MetricStats, bool> OwnMetric(JsonField field)
    {
        var items = field.Items(2, "it must be [\"metric\", \"value < 1000\"]");
        var name = items[0].Text();
        if (Metric(items[1]) != "VALUE")
        {
            throw items[1].Bad("it must check value");
        }
        var holds = Comparison(items[1]);
        return (_, metrics) =>
            (metrics.Counters.Find(name)?.Value ?? metrics.Gauges.Find(name)?.Value) is { } value
            && holds(value);
    }

    private static string Metric(JsonField check) =>
        Parts(check).Groups["metric"].Value.ToUpperInvariant();

    private static Func<double, bool> Comparison(JsonField check)
    {
        var parts = Parts(check);
        var bound = double.Parse(parts.Groups["bound"].Value, CultureInfo.InvariantCulture);
        return parts.Groups["operator"].Value switch
        {
            "<" => value => value < bound,
            "<=" => value => value <= bound,
            ">" => value => value > bound,
            ">=" => value => value >= bound,
            // Written as a number of few digits, so compared as one.
            _ => value => Math.Abs(value - bound) < 1e-9,
        };
    }

    private static Match Parts(JsonField check)
    {
        var parts = CheckForm().Match(check.Text());
        return parts.Success
            ? parts
            : throw check.Bad("it must be a figure, one of < <= > >= =, and a number");
    }

    private static string Words(JsonField check) =>
        check.Element.ValueKind == System.Text.Json.JsonValueKind.Array
            ? string.Join(' ', check.Items().Select(one => one.Text()))
            : check.Text();

    [GeneratedRegex(
        @"^\s*(?<metric>[A-Za-z][A-Za-z0-9]*)\s*(?<operator><=|>=|==|<|>|=)\s*(?<bound>-?[0-9]+(\.[0-9]+)?)\s*$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex CheckForm();
}
