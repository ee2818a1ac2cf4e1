using System.Globalization;
using PointsMall.Grains.Verification;
using PointsMall.LoadTests.Bench.Histories;

namespace PointsMall.LoadTests.Drills;

/// <summary>What a drill found, line by line, and what it held against the mall.</summary>
internal sealed class DrillReport
{
    private readonly List<(string Name, string Value)> _rows = [];
    private readonly List<string> _problems = [];

    public bool Holds => _problems.Count == 0;

    public void Add(string name, FormattableString value) =>
        _rows.Add((name, value.ToString(CultureInfo.InvariantCulture)));

    /// <param name="name">What must hold.</param>
    /// <param name="holds">Whether it does.</param>
    /// <param name="value">What was seen.</param>
    public void Check(string name, bool holds, FormattableString value)
    {
        Add(name, value);
        if (!holds)
        {
            _problems.Add($"{name}: {_rows[^1].Value}");
        }
    }

    public void CheckBooks(Verdict history, VerificationReport books)
    {
        Check(
            "answers against the books",
            history.IsClean,
            $"{history.Keys:N0} requests, {history}"
        );
        Check(
            "verify",
            books.IsClean,
            $"{(books.IsClean ? "holds" : $"{books.Violations.Count()} violations")}"
        );
        _problems.AddRange(history.Examples);
        _problems.AddRange(books.Violations.Select(violation => violation.ToString()));
    }

    public override string ToString()
    {
        var names = _rows.Max(row => row.Name.Length);
        var values = _rows.Max(row => row.Value.Length);
        IEnumerable<string> lines =
        [
            "",
            $"| {"".PadRight(names)} | {"".PadRight(values)} |",
            $"| {new string('-', names)} | {new string('-', values)} |",
            .. _rows.Select(row =>
                $"| {row.Name.PadRight(names)} | {row.Value.PadRight(values)} |"
            ),
            "",
            .. _problems.Select(problem => $"WRONG: {problem}"),
            Holds ? "the drill holds" : "the drill does NOT hold",
        ];
        return string.Join('\n', lines);
    }
}
