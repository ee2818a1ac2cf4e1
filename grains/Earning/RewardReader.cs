namespace PointsMall.Grains.Earning;

/// <summary>Reads what a rule gives and on what terms.</summary>
internal sealed class RewardReader(ReadErrors errors)
{
    public const long MaxPoints = 1_000_000_000_000;
    public const int MaxTiers = 50;
    private const long MaxPer = 1_000_000_000_000;
    private const decimal MinFactor = 0.01m;
    private const decimal MaxFactor = 1_000;
    private const int FactorPlaces = 4;

    private enum Kind
    {
        Fixed,
        PerAmount,
        PerItem,
        ByTier,
        Multiplier,
    }

    private static readonly Words<Kind> Kinds = new(
        (Kind.Fixed, "fixed"),
        (Kind.PerAmount, "per_amount"),
        (Kind.PerItem, "per_item"),
        (Kind.ByTier, "by_tier"),
        (Kind.Multiplier, "multiplier")
    );

    private static readonly Words<Kind> KindsOfTier = new(
        (Kind.Fixed, "fixed"),
        (Kind.PerAmount, "per_amount"),
        (Kind.PerItem, "per_item")
    );

    private static readonly Words<ValidityKind> ValidityKinds = new(
        (ValidityKind.Never, "never"),
        (ValidityKind.Days, "days"),
        (ValidityKind.Months, "months"),
        (ValidityKind.Years, "years"),
        (ValidityKind.Until, "until"),
        (ValidityKind.InactiveMonths, "inactive_months")
    );

    public Reward? Read(Place place, int maxRules) => Read(place, Kinds, maxRules);

    public Validity? ReadValidity(Place place)
    {
        var node = new ObjectReader(place, errors);
        var kind = node.RequiredWord("kind", ValidityKinds);
        var validity = kind switch
        {
            null => null,
            ValidityKind.Never => Validity.Never,
            ValidityKind.Until => node.RequiredDate("date") is { } date
                ? new Validity { Kind = ValidityKind.Until, Until = date }
                : null,
            ValidityKind.Days => OfLength(node, kind.Value, Validity.MaxDays, rounds: true),
            ValidityKind.Months => OfLength(node, kind.Value, Validity.MaxMonths, rounds: true),
            ValidityKind.Years => OfLength(node, kind.Value, Validity.MaxYears, rounds: true),
            _ => OfLength(node, kind.Value, Validity.MaxMonths, rounds: false),
        };
        if (kind is not null)
        {
            node.Done();
        }
        return validity;
    }

    public Activation? ReadPending(Place place)
    {
        var node = new ObjectReader(place, errors);
        var from = node.RequiredWord("from", RuleWords.Starts);
        var days = node.RequiredNumber("days", 0, Activation.MaxDays);
        node.Done();
        return from is { } start && days is { } length ? new Activation(start, (int)length) : null;
    }

    public BaseTerms ReadBase(Place place)
    {
        var node = new ObjectReader(place, errors);
        var terms = new BaseTerms
        {
            Shipping = node.Flag("shipping", otherwise: false),
            Tax = node.Flag("tax", otherwise: false),
            PaidWithPoints = node.Flag("paidWithPoints", otherwise: false),
        };
        node.Done();
        return terms;
    }

    private static Validity? OfLength(ObjectReader node, ValidityKind kind, int max, bool rounds)
    {
        var length = node.RequiredNumber("length", 1, max);
        var roundTo = rounds ? node.Word("roundTo", RuleWords.PeriodEnds) : null;
        return length is { } number
            ? new Validity
            {
                Kind = kind,
                Length = (int)number,
                RoundTo = roundTo ?? PeriodEnd.None,
            }
            : null;
    }

    private Reward? Read(Place place, Words<Kind> kinds, int maxRules)
    {
        var node = new ObjectReader(place, errors);
        var kind = node.RequiredWord("kind", kinds);
        Reward? reward = kind switch
        {
            null => null,
            Kind.Fixed => Points(node) is { } points ? new FixedReward(points) : null,
            Kind.PerItem => Points(node) is { } points ? new ItemReward(points) : null,
            Kind.PerAmount => ReadAmount(node),
            Kind.ByTier => ReadTiers(node),
            _ => ReadMultiplier(node, maxRules),
        };
        if (kind is not null)
        {
            node.Done();
        }
        return reward;
    }

    private static long? Points(ObjectReader node) => node.RequiredNumber("points", 1, MaxPoints);

    private static AmountReward? ReadAmount(ObjectReader node)
    {
        var points = Points(node);
        var per = node.RequiredNumber("per", 1, MaxPer);
        var currency = node.Currency("currency");
        var whole = node.Flag("whole", otherwise: false);
        return points is { } number && per is { } amount && currency is not null
            ? new AmountReward(number, amount, currency, whole)
            : null;
    }

    private TierReward? ReadTiers(ObjectReader node)
    {
        var otherwise = node.Find("otherwise") is { } other
            ? Read(other, KindsOfTier, maxRules: 0)
            : null;
        if (node.Require("tiers") is not { } place)
        {
            return null;
        }
        var table = new ObjectReader(place, errors);
        var tiers = ImmutableDictionary.CreateBuilder<string, Reward>(StringComparer.Ordinal);
        foreach (var (tier, field) in table.Fields)
        {
            if (!Values.IsId(tier))
            {
                errors.Add(field.Pointer, $"the tier's name {Values.IdForm}");
            }
            else if (Read(field, KindsOfTier, maxRules: 0) is { } reward)
            {
                tiers.Add(tier, reward);
            }
        }
        if (table.Fields.Count() is < 1 or > MaxTiers)
        {
            errors.Add(place.Pointer, $"must have 1 to {MaxTiers} tiers");
        }
        return new TierReward(tiers.ToImmutable(), otherwise);
    }

    private static MultiplierReward? ReadMultiplier(ObjectReader node, int maxRules)
    {
        var factor = node.RequiredDecimal("factor", MinFactor, MaxFactor, FactorPlaces);
        var over = node.Ids("over", maxRules);
        return factor is { } number ? new MultiplierReward(number, over) : null;
    }
}
