using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PointsMall.LoadTests.Runner.Reports;
using PointsMall.LoadTests.Runner.Reports.Html;

namespace PointsMall.Tests.Load.Reports;

public sealed partial class HtmlReportTests
{
    private static readonly HashSet<string> Void = ["meta", "input", "path", "br", "hr"];

    [Fact]
    public void It_has_every_section_and_the_verdict()
    {
        var html = HtmlReport.Write(FlashSaleReport.Make());

        Assert.Contains("""<p class="word">Failed</p>""", html, StringComparison.Ordinal);
        Assert.Contains(
            """<p class="line pass">sold 40,000 of 40,000, oversold 0, lost 0, double 0</p>""",
            html,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "earn: threshold failed: fail percent &lt; 1",
            html,
            StringComparison.Ordinal
        );
        string[] charts = ["throughput", "latency", "codes", "open", "percentiles", "histogram"];
        string[] ids =
        [
            .. Enumerable
                .Range(1, 3)
                .SelectMany(scenario =>
                    charts
                        .Select(chart => $"scenario-{scenario}-{chart}")
                        .Prepend($"scenario-{scenario}")
                ),
            "processes",
            "metric-0",
            "metric-1",
            "metric-2",
            "environment",
        ];
        Assert.All(ids, id => Assert.Contains($"id=\"{id}\"", html, StringComparison.Ordinal));
    }

    [Fact]
    public void A_passed_run_says_so_without_blame()
    {
        var small = SmallReport.Make();
        var scenario = small.Scenarios[0] with
        {
            Thresholds = [],
            Pace = new(1000, 1000, 0, 0, 5, 1, Kept: true),
        };

        var html = HtmlReport.Write(
            small with
            {
                Passed = true,
                Problems = [],
                Scenarios = [scenario],
            }
        );

        Assert.Contains("""<p class="word">Passed</p>""", html, StringComparison.Ordinal);
        Assert.Contains("Pace kept.", html, StringComparison.Ordinal);
        Assert.DoesNotContain("bottleneck", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generator_that_was_the_bottleneck_is_named()
    {
        var html = HtmlReport.Write(SmallReport.Make());

        Assert.Contains(
            "The generator was the bottleneck: 2 of 1,000 iterations started late or not at all.",
            html,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Names_and_messages_from_outside_stay_text()
    {
        const string Hostile = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>&amp;";

        var html = HtmlReport.Write(Everywhere(Hostile));

        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, Regex.Count(html, "<script", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", html, StringComparison.Ordinal);
        Assert.Contains("&amp;amp;", html, StringComparison.Ordinal);
        Assert.All(
            Tags(html),
            tag =>
                Assert.DoesNotContain(
                    " on",
                    QuotedValue().Replace(tag, ""),
                    StringComparison.OrdinalIgnoreCase
                )
        );
        AssertBalanced(html);
    }

    [Fact]
    public void It_asks_nothing_of_elsewhere()
    {
        var html = HtmlReport.Write(FlashSaleReport.Make());

        Assert.DoesNotMatch(
            new Regex(
                "(?:src|href|action|data)=\"(?!#)",
                RegexOptions.None,
                TimeSpan.FromSeconds(1)
            ),
            html
        );
        Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_policy_lets_its_own_script_run()
    {
        var html = HtmlReport.Write(SmallReport.Make());
        var script = html.Split("<script>")[1].Split("</script>")[0];
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));

        Assert.Contains($"script-src 'sha256-{hash}'", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_close_and_what_is_referred_to_is_there_once()
    {
        var html = HtmlReport.Write(FlashSaleReport.Make());

        AssertBalanced(html);
        var ids = Id().Matches(html).Select(match => match.Groups["id"].Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
        var referred = Reference()
            .Matches(html)
            .SelectMany(match => match.Groups["id"].Value.Split(' '))
            .Select(id => id.TrimStart('#'));
        Assert.Empty(referred.Except([.. ids, "main"]));
    }

    [Fact]
    public void A_run_that_measured_nothing_is_still_a_page()
    {
        var small = SmallReport.Make();
        var scenario = small.Scenarios[0];
        var nothing = scenario.Total with
        {
            OkCount = 0,
            ResponseTime = SmallReport.Nothing,
            ServiceTime = SmallReport.Nothing,
            WinTime = SmallReport.Nothing,
            StatusCodes = [],
        };

        var html = HtmlReport.Write(
            small with
            {
                Metrics = [new("silo1", "CPU", "cores", [])],
                Verdict = null,
                Scenarios = [scenario with { Total = nothing, Steps = [], Series = [] }],
            }
        );

        AssertBalanced(html);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", html, StringComparison.Ordinal);
        Assert.Contains("No ok answer was measured.", html, StringComparison.Ordinal);
        Assert.Contains("The books were not checked", html, StringComparison.Ordinal);
    }

    private static RunReport Everywhere(string text)
    {
        var small = SmallReport.Make();
        var scenario = small.Scenarios[0];
        var total = scenario.Total with
        {
            Name = text,
            StatusCodes = [new(text, IsError: true, text, 1, 1)],
        };
        return small with
        {
            TestSuite = text,
            TestName = text,
            SessionId = text,
            Problems = [text],
            Facts = [new(text, text)],
            Metrics = [new(text, text, text, [new(1, 1)])],
            Verdict = new(text, Passed: false, [new(text, text)]),
            Scenarios =
            [
                scenario with
                {
                    Name = text,
                    Simulations = [text],
                    Total = total,
                    Steps = [total],
                    Thresholds = [new(text, Passed: true, 1, 0)],
                    Series =
                    [
                        scenario.Series[0] with
                        {
                            StatusCodes = [new(text, IsError: false, 1)],
                        },
                    ],
                },
            ],
        };
    }

    private static IEnumerable<string> Tags(string html) =>
        Tag().Matches(WithoutScript(html)).Select(match => match.Value);

    private static string WithoutScript(string html) =>
        html.Split("<script>")[0] + html.Split("</script>")[1];

    private static void AssertBalanced(string html)
    {
        var open = new Stack<string>();
        foreach (Match match in Tag().Matches(WithoutScript(html)))
        {
            var name = match.Groups["name"].Value;
            if (match.Groups["close"].Length > 0)
            {
                Assert.Equal(open.Pop(), name);
            }
            else if (!Void.Contains(name))
            {
                open.Push(name);
            }
        }
        Assert.Empty(open);
    }

    [GeneratedRegex(
        "<(?<close>/?)(?<name>[a-z][a-z0-9]*)(?:\"[^\"]*\"|[^\">])*>",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Tag();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.None, 1000)]
    private static partial Regex QuotedValue();

    [GeneratedRegex(" id=\"(?<id>[^\"]*)\"", RegexOptions.None, 1000)]
    private static partial Regex Id();

    [GeneratedRegex(" (?:href|aria-labelledby)=\"(?<id>[^\"]*)\"", RegexOptions.None, 1000)]
    private static partial Regex Reference();
}
