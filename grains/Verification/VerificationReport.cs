using System.Globalization;
using System.Text;

namespace PointsMall.Grains.Verification;

/// <summary>One check over all rows.</summary>
/// <param name="Check">What must hold.</param>
/// <param name="Rows">Rows looked at.</param>
/// <param name="Violations">Rows for which it does not hold, seen in two snapshots.</param>
/// <param name="Examples">The first of them, at most <see cref="MaxExamples"/>.</param>
public sealed record CheckResult(
    Check Check,
    long Rows,
    long Violations,
    ImmutableArray<Violation> Examples
)
{
    public const int MaxExamples = 10;
}

/// <summary>What a verification of the whole database found.</summary>
/// <param name="Checks">All checks, in the order of <see cref="Check.All"/>.</param>
/// <param name="Took">Wall-clock time.</param>
public sealed record VerificationReport(ImmutableArray<CheckResult> Checks, TimeSpan Took)
{
    /// <summary>Examples of all violations: empty when every check holds for every row.</summary>
    public IEnumerable<Violation> Violations => Checks.SelectMany(check => check.Examples);

    public bool IsClean => Checks.All(check => check.Violations == 0);

    internal static VerificationReport Of(Findings findings, TimeSpan took)
    {
        var violations = findings.Violations.ToLookup(violation => violation.Check);
        return new(
            [
                .. Check.All.Select(check => new CheckResult(
                    check,
                    findings.Rows.GetValueOrDefault(check),
                    violations[check].LongCount(),
                    [.. violations[check].Take(CheckResult.MaxExamples)]
                )),
            ],
            took
        );
    }

    /// <summary>A table of all checks, then the examples.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line(text, "check", "rows", "violations", "what must hold");
        foreach (var result in Checks)
        {
            Line(
                text,
                result.Check.Name,
                Number(result.Rows),
                Number(result.Violations),
                result.Check.What
            );
        }
        foreach (var result in Checks.Where(result => result.Violations > 0))
        {
            text.AppendLine();
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{result.Check.Name}: {Number(result.Violations)} violations"
            );
            foreach (var example in result.Examples)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {example.Row}: {example.Why}");
            }
        }
        var entries = Checks.Single(result => result.Check == Check.Chain).Rows;
        text.AppendLine();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{(IsClean ? "all hold" : "VIOLATED")}; {Number(entries)} entries in {Took.TotalSeconds:0.0} s, {Number((long)(entries / Took.TotalSeconds))} a second"
        );
        return text.ToString();
    }

    private static void Line(
        StringBuilder text,
        string name,
        string rows,
        string violations,
        string what
    ) =>
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{name, -15} {rows, 13} {violations, 11}  {what}"
        );

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
