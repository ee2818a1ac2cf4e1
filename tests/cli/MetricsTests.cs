using System.Text.Json;
using System.Text.RegularExpressions;

namespace PointsMall.Tests.Cli;

/// <summary>
/// Debian's Prometheus watches a mall that sells: what the dashboard and the alerts ask for is there, under the names they use.
/// </summary>
[Trait("Behaviour", "OPS-2")]
public sealed partial class MetricsTests(WatchedMall watched, ITestOutputHelper output)
    : IClassFixture<WatchedMall>
{
    /// <summary>What Grafana makes of the variable at a scrape every 2 s is shorter; the load of this test is short, too.</summary>
    private const string RateInterval = "2m";

    private const RegexOptions Options = RegexOptions.ExplicitCapture;
    private const int TimeoutMs = 1_000;

    [Fact]
    public async Task Every_panel_shows_something_after_a_short_load()
    {
        var queries = Panels()
            .SelectMany(panel =>
                panel
                    .Targets.Select(expression =>
                        expression.Replace(
                            "$__rate_interval",
                            RateInterval,
                            StringComparison.Ordinal
                        )
                    )
                    .Select(expression => (panel.Title, Query: expression))
            )
            .ToList();
        Assert.True(queries.Count > 40, $"{queries.Count} queries");

        await HaveData(queries);
    }

    [Fact]
    public async Task Every_alert_looks_at_something_that_is_there()
    {
        var alerts = await watched.Prometheus.Alerts();
        Assert.True(alerts.Count > 20, $"{alerts.Count} alerts");
        Assert.All(alerts, alert => Assert.True(alert.Health is "ok" or "unknown", alert.Name));

        await HaveData([
            .. alerts.Select(alert => (alert.Name, Query: WithoutComparison(alert.Query))),
        ]);

        var firing = await watched.Prometheus.Query("ALERTS{alertstate=\"firing\"}");
        Assert.True(firing.Count == 0, "a healthy mall raises " + string.Join(", ", firing));
    }

    [Fact]
    public async Task Every_metric_of_a_query_exists_also_where_the_query_would_do_without_it()
    {
        var alerts = await watched.Prometheus.Alerts();
        var names = Panels()
            .SelectMany(panel => panel.Targets)
            .Concat(alerts.Select(alert => alert.Query))
            .SelectMany(NamesIn)
            .Distinct(StringComparer.Ordinal)
            .Select(name => (Title: name, Query: $"count({name})"))
            .ToList();
        Assert.True(names.Count > 40, $"{names.Count} metrics");

        await HaveData(names);
    }

    [Fact]
    public async Task The_mall_s_own_metrics_are_those_that_the_page_of_operating_lists()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(Terminal.Repository, "docs", "operating.md")
        );
        var documented = DocumentedName()
            .Matches(page)
            .Select(match => match.Groups["name"].Value)
            .Order(StringComparer.Ordinal);

        await RunningMall.Until(
            async () => (await OwnNames()).SequenceEqual(documented, StringComparer.Ordinal),
            $"documented: {string.Join(' ', documented)}; there: {string.Join(' ', await OwnNames())}"
        );
    }

    [Fact]
    public async Task Every_alert_has_its_paragraph_in_the_runbook()
    {
        var headings = File.ReadLines(Path.Combine(Terminal.Repository, "docs", "runbook.md"))
            .Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => line[3..])
            .ToHashSet(StringComparer.Ordinal);

        Assert.All(
            await watched.Prometheus.Alerts(),
            alert =>
            {
                Assert.Contains(alert.Name, headings);
                Assert.Equal(
                    $"docs/runbook.md#{alert.Name.ToLowerInvariant()}",
                    alert.Annotations["runbook_url"]
                );
                Assert.NotEmpty(alert.Annotations["summary"]);
                Assert.NotEmpty(alert.Annotations["description"]);
                Assert.Contains(alert.Severity, (string[])["critical", "warning"]);
            }
        );
    }

    [Fact]
    public async Task The_rules_are_valid_and_each_alert_fires_when_it_should()
    {
        var check = await Terminal.Mall("prometheus", "--check");

        output.WriteLine(check.Text);
        Assert.True(check.ExitCode == 0, check.Text + check.Errors);
        var tried = await File.ReadAllTextAsync(
            Path.Combine(Terminal.Repository, "deploy", "prometheus", "alerts.test.yml")
        );
        Assert.All(
            await watched.Prometheus.Alerts(),
            alert => Assert.Contains($"alertname=\"{alert.Name}\"", tried, StringComparison.Ordinal)
        );
    }

    /// <summary>Waits until each query has a value that is a number.</summary>
    private async Task HaveData(IReadOnlyCollection<(string Title, string Query)> queries)
    {
        var missing = queries.ToList();
        await RunningMall.Until(
            async () =>
            {
                foreach (var query in missing.ToList())
                {
                    if ((await watched.Prometheus.Query(query.Query)).Count > 0)
                    {
                        missing.Remove(query);
                    }
                }
                return missing.Count == 0;
            },
            () =>
                "without data: "
                + string.Join("; ", missing.Select(query => $"{query.Title}: {query.Query}"))
        );
    }

    private async Task<IEnumerable<string>> OwnNames() =>
        (await watched.Prometheus.Names())
            .Where(name => name.StartsWith("pointsmall_", StringComparison.Ordinal))
            .Where(name => !name.EndsWith("_created", StringComparison.Ordinal))
            .Select(name => PartOf().Replace(name, ""))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    private static List<(string Title, string[] Targets)> Panels()
    {
        var file = Path.Combine(
            Terminal.Repository,
            "deploy",
            "grafana",
            "dashboards",
            "sale-night.json"
        );
        using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
        return
        [
            .. dashboard
                .RootElement.GetProperty("panels")
                .EnumerateArray()
                .Where(panel => panel.GetProperty("type").GetString() != "row")
                .Select(panel =>
                    (
                        panel.GetProperty("title").GetString()!,
                        (string[])
                            [
                                .. panel
                                    .GetProperty("targets")
                                    .EnumerateArray()
                                    .Select(target => target.GetProperty("expr").GetString()!),
                            ]
                    )
                ),
        ];
    }

    /// <summary>An alert's expression is true for nothing in a healthy mall; what it compares must be there all the same.</summary>
    private static string WithoutComparison(string expression)
    {
        var left = Comparison().Replace(expression, "");
        Assert.NotEqual(expression, left);
        return Absent().Match(left) is { Success: true } absent
            ? absent.Groups["what"].Value
            : left;
    }

    private static IEnumerable<string> NamesIn(string expression) =>
        MetricName().Matches(Labels().Replace(expression, "")).Select(match => match.Value);

    [GeneratedRegex(@"\s*[<>]=?\s*[0-9.e+]+$", Options, TimeoutMs)]
    private static partial Regex Comparison();

    [GeneratedRegex(@"^absent\((?<what>.+)\)$", Options, TimeoutMs)]
    private static partial Regex Absent();

    [GeneratedRegex(@"\{[^}]*\}|by \([^)]*\)", Options, TimeoutMs)]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b(up|(pointsmall|http|orleans|dotnet)_[a-z0-9_]+)\b", Options, TimeoutMs)]
    private static partial Regex MetricName();

    [GeneratedRegex("_(bucket|sum|count)$", Options, TimeoutMs)]
    private static partial Regex PartOf();

    /// <summary>A mall without standbys has no replica to tell of.</summary>
    [GeneratedRegex(
        @"^\| `(?<name>pointsmall_[a-z0-9_]+)`(?!.*not there without a replica)",
        Options | RegexOptions.Multiline,
        TimeoutMs
    )]
    private static partial Regex DocumentedName();
}
