namespace PointsMall.LoadTests.Runner.Reports.Html;

/// <summary>What the run was, whether it passed and why not, and whether the books add up.</summary>
internal static class RunHeader
{
    public static Markup Write(RunReport report) =>
        Markup.Of(
            $"""
            <header>
            <p class="suite">{report.TestSuite}</p>
            <h1>{report.TestName}</h1>
            <dl class="facts-line">{Facts(report)}</dl>
            <div class="verdict {(report.Passed ? "pass" : "fail")}">
            <p class="word">{(report.Passed ? "Passed" : "Failed")}</p>
            <div class="why">{Problems(report)}{Invariants(report.Verdict)}</div>
            </div>
            </header>

            """
        );

    private static Markup Facts(RunReport report)
    {
        var commit = report.Facts.FirstOrDefault(fact =>
            string.Equals(fact.Name, "commit", StringComparison.OrdinalIgnoreCase)
        );
        IEnumerable<Fact> facts =
        [
            new("session", report.SessionId),
            new("started", Figures.At(report.StartedAt)),
            new("duration", Figures.Time(report.Duration)),
            .. commit is null ? Array.Empty<Fact>() : [commit],
        ];
        return Markup.Join(
            facts.Select(fact => Markup.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>"))
        );
    }

    private static Markup Problems(RunReport report) =>
        report.Problems.Count == 0
            ? Markup.None
            : Markup.Of(
                $"""
                <ul class="problems">{report.Problems.Select(problem =>
                    Markup.Of($"<li>{problem}</li>")
                )}</ul>
                """
            );

    private static Markup Invariants(VerdictReport? verdict) =>
        verdict is null
            ? Markup.Of($"""<p class="unchecked">The books were not checked after this run.</p>""")
            : Markup.Of(
                $"""
                <p class="line {(verdict.Passed ? "pass" : "fail")}">{verdict.Line}</p>
                <dl class="checks">{verdict.Details.Select(detail =>
                    Markup.Of($"<div><dt>{detail.Name}</dt><dd>{detail.Value}</dd></div>")
                )}</dl>
                """
            );
}
