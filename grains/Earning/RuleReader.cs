namespace PointsMall.Grains.Earning;

/// <summary>Reads one rule.</summary>
internal sealed class RuleReader(RuleNames names, ReadErrors errors)
{
    public const int MaxCapsOfRule = 4;
    private const int MaxName = 100;
    private const int MaxPriority = 1_000_000;
    private const int MaxCooldownMinutes = 527_040;

    private readonly ConditionReader _conditions = new(errors);
    private readonly RewardReader _rewards = new(errors);

    /// <returns>Null when too much is wrong to go on.</returns>
    public Rule? Read(Place place)
    {
        var node = new ObjectReader(place, errors);
        var id = node.RequiredId("id");
        var type = node.RequiredId("event");
        if (type is not null && EventTypes.FollowsPurchase(type))
        {
            // Else each of many partial refunds would earn, and nothing would ever take that back.
            node.Wrong(
                "event",
                "earns nothing by itself: it changes what its purchase_paid earned"
            );
        }
        _ = node.Text("name", MaxName);
        var reward = node.Require("reward") is { } given
            ? _rewards.Read(given, RulebookReader.MaxRules)
            : null;
        var start = node.DateTime("start");
        var end = node.DateTime("end");
        if (end <= start)
        {
            node.Wrong("end", "must be after the start");
        }
        var rule = new Rule
        {
            Id = id ?? "",
            Event = type ?? "",
            Active = node.Flag("active", otherwise: true),
            Start = start,
            End = end,
            When = node.Find("when") is { } when ? _conditions.Read(when, ofLine: false) : null,
            Lines = node.Find("lines") is { } lines ? _conditions.Read(lines, ofLine: true) : null,
            Reward = reward ?? new FixedReward(1),
            Priority = (int)(node.Number("priority", -MaxPriority, MaxPriority) ?? 0),
            Source = type ?? "",
        };
        if (reward is MultiplierReward)
        {
            node.Refuse(
                "belongs to rules that give points, not to a multiplier",
                "base",
                "rounding",
                "group",
                "caps",
                "cooldownMinutes",
                "source",
                "pending",
                "validity"
            );
        }
        else
        {
            rule = ReadTerms(node, rule);
        }
        node.Done();
        return id is null || type is null || reward is null ? null : rule;
    }

    /// <summary>What only a rule that gives points has.</summary>
    private Rule ReadTerms(ObjectReader node, Rule rule)
    {
        var validity = node.Find("validity") is { } own
            ? _rewards.ReadValidity(own)
            : names.Validity;
        if (validity is null && !node.Has("validity"))
        {
            node.Wrong("validity", "is needed, here or for the whole rulebook as /validity");
        }
        return rule with
        {
            Base = node.Find("base") is { } counted ? _rewards.ReadBase(counted) : new BaseTerms(),
            Rounding = node.Word("rounding", RuleWords.Roundings) ?? Rounding.Floor,
            Group = ReadGroup(node),
            Caps = ReadCaps(node),
            Cooldown = TimeSpan.FromMinutes(
                node.Number("cooldownMinutes", 1, MaxCooldownMinutes) ?? 0
            ),
            Source = node.Id("source") ?? rule.Event,
            Activation = node.Find("pending") is { } pending
                ? _rewards.ReadPending(pending) ?? Activation.AtOnce
                : Activation.AtOnce,
            Validity = validity ?? Validity.Never,
        };
    }

    private string? ReadGroup(ObjectReader node)
    {
        var group = node.Id("group");
        if (group is not null && !names.Groups.Any(known => known.Id == group))
        {
            node.Wrong("group", "is not one of the rulebook's groups");
        }
        return group;
    }

    private ImmutableArray<string> ReadCaps(ObjectReader node)
    {
        var ids = node.Ids("caps", MaxCapsOfRule);
        for (var i = 0; i < ids.Length; i++)
        {
            if (!names.Caps.Any(cap => cap.Id == ids[i]))
            {
                node.Wrong($"caps/{i}", "is not one of the rulebook's caps");
            }
        }
        var budgets = names.Caps.Count(cap =>
            cap.Scope == CapScope.Programme && ids.Contains(cap.Id, StringComparer.Ordinal)
        );
        if (budgets > 1)
        {
            node.Wrong("caps", "has more than one cap with the scope programme");
        }
        return ids;
    }
}
