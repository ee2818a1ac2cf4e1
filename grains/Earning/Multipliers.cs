using System.Globalization;

namespace PointsMall.Grains.Earning;

/// <summary>The multipliers that an event's rules set off.</summary>
internal sealed class Multipliers(
    ImmutableArray<Rule> rules,
    MultiplierOverlap overlap,
    Scene scene
)
{
    /// <summary>So many are named in an award's steps; the others are in the overlap's number.</summary>
    private const int MaxNamed = 6;

    public ImmutableArray<Rule> Rules => rules;

    /// <summary>The factor of a reward that counts no lines: multipliers of certain lines have no part in it.</summary>
    public Factors OfWhole(Rule rule) =>
        Combine([.. rules.Where(m => m.Lines is null && Covers(m, rule))]);

    /// <summary>The factor of one line of a reward that counts lines.</summary>
    public Factors OfLine(Rule rule, PurchaseLine line) =>
        Combine([.. rules.Where(m => Covers(m, rule) && m.Lines?.Holds(scene, line) is not false)]);

    /// <summary>What to say of the multipliers that had a part.</summary>
    /// <param name="factors">Of each part of the base, with how much it is.</param>
    public IEnumerable<AwardStep> Explain(IReadOnlyList<(Factors Factors, long Counted)> factors)
    {
        var whole = factors.Sum(part => part.Counted);
        var used = rules
            .Select(rule =>
                (
                    Rule: rule,
                    On: factors
                        .Where(part => part.Factors.Rules.Contains(rule))
                        .Sum(part => part.Counted)
                )
            )
            .Where(multiplier => multiplier.On > 0)
            .ToArray();
        foreach (var (rule, on) in used.Take(MaxNamed))
        {
            var factor = FactorOf(rule).ToString(CultureInfo.InvariantCulture);
            yield return new(
                AwardStepKind.Multiplier,
                rule.Id,
                on == whole
                    ? factor
                    : string.Create(CultureInfo.InvariantCulture, $"{factor} on {on}")
            );
        }
        if (factors.Any(part => part.Factors.Matching.Length > 1))
        {
            yield return new(
                AwardStepKind.Overlap,
                RuleWords.Of(overlap),
                AwardSteps.Text(factors.Max(part => part.Factors.Matching.Length))
            );
        }
    }

    private Factors Combine(ImmutableArray<Rule> matching)
    {
        if (matching.IsEmpty)
        {
            return new(Ratio.One, [], []);
        }
        switch (overlap)
        {
            case MultiplierOverlap.Highest:
                var highest = matching.MaxBy(FactorOf)!;
                return new(Ratio.Of(FactorOf(highest)), [highest], matching);
            case MultiplierOverlap.Multiply:
                return new(
                    matching.Aggregate(Ratio.One, (product, m) => product * Ratio.Of(FactorOf(m))),
                    matching,
                    matching
                );
            case MultiplierOverlap.Add:
                var sum = matching.Aggregate(Ratio.One, (sum, m) => sum + Ratio.Of(FactorOf(m)));
                return new(sum - Ratio.Of(matching.Length), matching, matching);
            default:
                throw new InvalidOperationException($"Unknown overlap {overlap}");
        }
    }

    private static decimal FactorOf(Rule multiplier) => Of(multiplier).Factor;

    private static bool Covers(Rule multiplier, Rule rule) => Of(multiplier).Covers(rule);

    private static MultiplierReward Of(Rule multiplier) => (MultiplierReward)multiplier.Reward;
}

/// <summary>What multipliers come to.</summary>
/// <param name="Factor">Together.</param>
/// <param name="Rules">Those that it is made of.</param>
/// <param name="Matching">Those that there were to choose from.</param>
internal sealed record Factors(
    Ratio Factor,
    ImmutableArray<Rule> Rules,
    ImmutableArray<Rule> Matching
)
{
    public static IEnumerable<string> Ids(IEnumerable<ImmutableArray<Rule>> rules) =>
        rules.SelectMany(of => of).Select(rule => rule.Id).Distinct(StringComparer.Ordinal);
}
