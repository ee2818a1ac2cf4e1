using System.Numerics;

namespace PointsMall.Grains.Earning;

/// <summary>What a rule's reward comes to, before it is rounded and capped.</summary>
internal static class RewardRules
{
    public static Yield Of(Rule rule, Scene scene, Multipliers multipliers)
    {
        var (reward, tier) = ForTier(rule.Reward, scene.Member.Tier);
        if (reward is null)
        {
            return Yield.Nothing(NotFiredReason.NoRewardForTier);
        }
        var purchase = scene.Event.Purchase;
        if (purchase is null)
        {
            return reward is FixedReward && rule.Lines is null
                ? OfFixed((FixedReward)reward, tier, multipliers.OfWhole(rule), [], multipliers)
                : Yield.Nothing(NotFiredReason.NoPurchase);
        }
        var lines = CountedLines(rule, purchase, scene);
        if (lines.IsEmpty)
        {
            return Yield.Nothing(NotFiredReason.NoLineCounted);
        }
        switch (reward)
        {
            case FixedReward points:
                return OfFixed(points, tier, multipliers.OfWhole(rule), lines, multipliers);
            case AmountReward amount when amount.Currency != purchase.Currency:
                return Yield.Nothing(NotFiredReason.OtherCurrency);
            case AmountReward amount:
                return OfAmount(amount, tier, lines, l => multipliers.OfLine(rule, l), multipliers);
            case ItemReward item:
                return OfItems(item, tier, lines, l => multipliers.OfLine(rule, l), multipliers);
            default:
                throw new InvalidOperationException($"Unknown reward {reward.GetType()}");
        }
    }

    private static (Reward? Reward, string Tier) ForTier(Reward reward, string? tier)
    {
        if (reward is not TierReward table)
        {
            return (reward, "");
        }
        return tier is not null && table.Tiers.TryGetValue(tier, out var own)
            ? (own, tier)
            : (table.Otherwise, "");
    }

    private static ImmutableArray<CountedLine> CountedLines(
        Rule rule,
        Purchase purchase,
        Scene scene
    )
    {
        var amounts = PurchaseBase.Of(purchase, rule.Base);
        return
        [
            .. purchase
                .Lines.Select((line, i) => new CountedLine(line, amounts[i]))
                .Where(counted => rule.Lines?.Holds(scene, counted.Line) is not false),
        ];
    }

    private static Yield OfFixed(
        FixedReward reward,
        string tier,
        Factors factors,
        ImmutableArray<CountedLine> lines,
        Multipliers multipliers
    ) =>
        new()
        {
            Points = Ratio.Of(reward.Points) * factors.Factor,
            Lines = lines,
            Weights = [.. lines.Select(line => Ratio.Of(line.Amount))],
            Multipliers = [.. Factors.Ids([factors.Rules])],
            Outdone = [.. Factors.Ids([factors.Matching])],
            Steps =
            [
                new(AwardStepKind.Rate, tier, AwardSteps.Text(reward.Points)),
                .. multipliers.Explain([(factors, Counted: 1)]),
            ],
        };

    private static Yield OfAmount(
        AmountReward reward,
        string tier,
        ImmutableArray<CountedLine> lines,
        Func<PurchaseLine, Factors> factorsOf,
        Multipliers multipliers
    )
    {
        var all = lines.Sum(line => line.Amount);
        var counted = reward.Whole ? all / reward.Per * reward.Per : all;
        var rate = Ratio.Of(reward.Points, reward.Per);
        // With whole steps each line counts in proportion.
        var each = all == 0 ? Ratio.Zero : rate * Ratio.Of(counted, all);
        var parts = lines.Select(line => (Factors: factorsOf(line.Line), Counted: line.Amount));
        return ByLine(
            lines,
            [.. parts],
            each,
            new(AwardStepKind.Base, reward.Currency, AwardSteps.Text(counted)),
            new(
                AwardStepKind.Rate,
                tier,
                $"{AwardSteps.Text(reward.Points)}/{AwardSteps.Text(reward.Per)}"
            ),
            multipliers
        );
    }

    private static Yield OfItems(
        ItemReward reward,
        string tier,
        ImmutableArray<CountedLine> lines,
        Func<PurchaseLine, Factors> factorsOf,
        Multipliers multipliers
    )
    {
        var parts = lines
            .Select(line => (Factors: factorsOf(line.Line), Counted: (long)line.Line.Quantity))
            .ToArray();
        return ByLine(
            lines,
            parts,
            Ratio.Of(reward.Points),
            new(AwardStepKind.Base, "items", AwardSteps.Text(parts.Sum(part => part.Counted))),
            new(AwardStepKind.Rate, tier, AwardSteps.Text(reward.Points)),
            multipliers
        );
    }

    private static Yield ByLine(
        ImmutableArray<CountedLine> lines,
        (Factors Factors, long Counted)[] parts,
        Ratio each,
        AwardStep counted,
        AwardStep rate,
        Multipliers multipliers
    )
    {
        var used = parts.Where(part => part.Counted > 0).ToArray();
        ImmutableArray<Ratio> weights =
        [
            .. parts.Select(part => each * Ratio.Of(part.Counted) * part.Factors.Factor),
        ];
        return new()
        {
            Points = weights.Aggregate(Ratio.Zero, (sum, weight) => sum + weight),
            Lines = lines,
            Weights = weights,
            Multipliers = [.. Factors.Ids(used.Select(part => part.Factors.Rules))],
            Outdone = [.. Factors.Ids(used.Select(part => part.Factors.Matching))],
            Steps = [counted, rate, .. multipliers.Explain(parts)],
        };
    }
}

/// <summary>A line that a rule counts, with what of it.</summary>
internal readonly record struct CountedLine(PurchaseLine Line, long Amount);

/// <summary>What a reward comes to: exact points and how lines share them, or why there is nothing.</summary>
internal sealed record Yield
{
    public NotFiredReason? Reason { get; private init; }
    public Ratio Points { get; init; } = Ratio.Zero;
    public ImmutableArray<CountedLine> Lines { get; init; } = [];
    public ImmutableArray<Ratio> Weights { get; init; } = [];

    /// <summary>Ids of the multipliers that had a part.</summary>
    public ImmutableArray<string> Multipliers { get; init; } = [];

    /// <summary>Ids of the multipliers that had a part or would have, without a higher one.</summary>
    public ImmutableArray<string> Outdone { get; init; } = [];
    public ImmutableArray<AwardStep> Steps { get; init; } = [];

    public static Yield Nothing(NotFiredReason reason) => new() { Reason = reason };

    /// <summary>Whole points by line. Where nothing of the lines counts, their items share.</summary>
    public ImmutableArray<LineAward> Spread(long points)
    {
        var weights = Weights.All(weight => weight == Ratio.Zero)
            ? [.. Lines.Select(line => (BigInteger)line.Line.Quantity)]
            : Whole(Weights);
        var shares = Shares.Of(points, weights);
        return
        [
            .. Lines
                .Select((line, i) => new LineAward(line.Line.LineId, shares[i]))
                .Where(line => line.Points > 0),
        ];
    }

    /// <summary>The same proportions in whole numbers.</summary>
    private static BigInteger[] Whole(ImmutableArray<Ratio> weights)
    {
        var common = weights.Aggregate(
            BigInteger.One,
            (common, weight) =>
                common
                / BigInteger.GreatestCommonDivisor(common, weight.Denominator)
                * weight.Denominator
        );
        return [.. weights.Select(weight => weight.Numerator * (common / weight.Denominator))];
    }
}
