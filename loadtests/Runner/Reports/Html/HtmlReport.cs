using System.Security.Cryptography;
using System.Text;

namespace PointsMall.LoadTests.Runner.Reports.Html;

/// <summary>
/// The report as one page that needs nothing else: style and script are inline and a policy in its head forbids everything from elsewhere. Without
/// the script all is readable; it adds the values at the pointer.
/// </summary>
internal static class HtmlReport
{
    private static readonly string Css = Resource("report.css");
    private static readonly string Js = Resource("report.js");

    public static string Write(RunReport report)
    {
        var scenarios = report
            .Scenarios.Select(
                (scenario, index) => (Id: $"scenario-{index + 1}", Scenario: scenario)
            )
            .ToList();
        var lastSecond = LastSecond(report);
        return Markup
            .Of(
                $"""
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{new Markup(
                    Hash(Js)
                )}'; base-uri 'none'; form-action 'none'">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>{report.TestName}: {(report.Passed ? "passed" : "failed")}</title>
                <style>{new Markup(Css)}</style>
                </head>
                <body>
                <a class="skip" href="#main">To the scenarios</a>
                {RunHeader.Write(report)}
                {Navigation(report, scenarios)}
                <main id="main">
                {(scenarios.Count > 1 ? RunSections.Overview(scenarios) : Markup.None)}
                {scenarios.Select(entry =>
                    ScenarioSection.Write(entry.Id, entry.Scenario, lastSecond)
                )}
                {RunSections.Processes(report.Metrics, lastSecond)}
                {RunSections.Environment(report)}
                </main>
                <script>{new Markup(Js)}</script>
                </body>
                </html>

                """
            )
            .Html;
    }

    private static Markup Navigation(
        RunReport report,
        IReadOnlyList<(string Id, ScenarioReport Scenario)> scenarios
    ) =>
        Markup.Of(
            $"""
            <nav aria-label="Sections">{scenarios.Select(entry =>
                Markup.Of(
                    $"""<a href="#{entry.Id}" class="{(ScenarioSection.Passed(entry.Scenario) ? "pass" : "fail")}">{entry.Scenario.Name}</a>"""
                )
            )}
            {(
                report.Metrics.Count > 0
                    ? new Markup("""<a href="#processes">Processes</a>""")
                    : Markup.None
            )}<a href="#environment">Where and how</a></nav>

            """
        );

    /// <summary>One clock for all charts, so that what happened at once lies above each other.</summary>
    private static double LastSecond(RunReport report) =>
        report
            .Scenarios.SelectMany(scenario => scenario.Series)
            .Select(point => point.AtSeconds)
            .Concat(
                report.Metrics.SelectMany(series => series.Points).Select(point => point.AtSeconds)
            )
            .DefaultIfEmpty()
            .Max();

    private static string Hash(string text) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
