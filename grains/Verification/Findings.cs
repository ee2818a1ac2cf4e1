namespace PointsMall.Grains.Verification;

/// <summary>What the checks saw in one snapshot.</summary>
internal sealed class Findings
{
    private readonly Dictionary<Check, long> _rows = [];
    private readonly List<Violation> _violations = [];

    public IReadOnlyDictionary<Check, long> Rows => _rows;

    public IReadOnlyList<Violation> Violations => _violations;

    public void Looked(Check check, long rows = 1) =>
        _rows[check] = _rows.GetValueOrDefault(check) + rows;

    /// <param name="check">What does not hold.</param>
    /// <param name="row">Names the row.</param>
    /// <param name="why">What is wrong.</param>
    /// <param name="memberId">Whose row it is.</param>
    /// <param name="concerns">The SKU, product or order whose sale is in doubt.</param>
    public void Add(
        Check check,
        string row,
        string why,
        Guid? memberId = null,
        Guid? concerns = null
    ) => _violations.Add(new(check, row, why, memberId, concerns));

    /// <summary>A second snapshot must show a violation again before it counts.</summary>
    public void KeepOnly(Findings seenAgain)
    {
        var again = seenAgain._violations.Select(Identity).ToHashSet();
        _violations.RemoveAll(violation => !again.Contains(Identity(violation)));
    }

    public void Take(Findings slice)
    {
        foreach (var (check, rows) in slice._rows)
        {
            Looked(check, rows);
        }
        _violations.AddRange(slice._violations);
    }

    private static (Check, string) Identity(Violation violation) =>
        (violation.Check, violation.Row);
}
