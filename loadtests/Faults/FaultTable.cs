using System.Globalization;
using PointsMall.LoadTests.Bench.Histories;

namespace PointsMall.LoadTests.Faults;

/// <summary>A row for each fault, as Markdown whose columns line up.</summary>
internal static class FaultTable
{
    private static readonly string[] Header =
    [
        "fault",
        "requests",
        "ok",
        "refused",
        "unknown",
        "lost",
        "double",
        "oversold",
        "other",
        "verify",
        "ok/s before",
        "longest gap",
        "recovered after",
    ];

    public static string Of(IReadOnlyList<FaultOutcome> outcomes)
    {
        string[][] rows = [Header, .. outcomes.Select(Row)];
        int[] widths = [.. Header.Select((_, column) => rows.Max(row => row[column].Length))];
        string[] rule = [.. widths.Select(width => new string('-', width))];
        return string.Join(
            '\n',
            new[] { rows[0], rule }
                .Concat(rows.Skip(1))
                .Select(row =>
                    $"| {string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column])))} |"
                )
        );
    }

    private static string[] Row(FaultOutcome outcome)
    {
        var faults = outcome.History.Faults;
        Fault[] counted = [Fault.Lost, Fault.Doubled, Fault.Oversold];
        return
        [
            outcome.Plan.Name,
            Text($"{outcome.Requests:N0}"),
            Text($"{outcome.Done:N0}"),
            Text($"{outcome.Refused:N0}"),
            Text($"{outcome.Unknown:N0}"),
            .. counted.Select(fault => Text($"{faults.GetValueOrDefault(fault)}")),
            Text(
                $"{faults.Where(fault => !counted.Contains(fault.Key)).Sum(fault => fault.Value)}"
            ),
            outcome.Violations.Count == 0 ? "holds" : Text($"{outcome.Violations.Count} violated"),
            Text($"{outcome.RateBefore:N0}"),
            Text($"{outcome.LongestGap.TotalSeconds:0.0} s"),
            outcome.Recovery is { } time ? Text($"{time.TotalSeconds:0.0} s") : "never",
        ];
    }

    private static string Text(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);
}
