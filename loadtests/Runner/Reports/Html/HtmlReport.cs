using System.Net;

namespace PointsMall.LoadTests.Runner.Reports.Html;

/// <summary>The report as a page that needs nothing else.</summary>
internal static class HtmlReport
{
    public static string Write(RunReport report) =>
        $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{WebUtility.HtmlEncode(report.TestName)}</title><pre>{WebUtility.HtmlEncode(TextReport.Write(report))}</pre></html>";
}
