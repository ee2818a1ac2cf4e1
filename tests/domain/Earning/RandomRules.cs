using System.Globalization;
using System.Text.Json.Nodes;
using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>Makes rulebooks, events, members and counters from a list of choices; fewer and smaller choices make simpler ones.</summary>
internal sealed class RandomRules(int[] choices)
{
    private static readonly string[] Channels = ["app", "web"];
    private static readonly string[] Tiers = ["tin", "gold"];
    private static readonly string[] Categories = ["a", "b", "c"];
    private static readonly string[] Periods = ["total", "day", "week", "month", "year"];
    private static readonly string[] Roundings = ["floor", "half_up", "half_even", "ceiling"];
    private static readonly string[] Weekdays = ["sunday", "monday", "wednesday"];

    /// <summary>Around both changes of Berlin's clocks and the turn of the year.</summary>
    private static readonly DateTimeOffset[] Moments =
    [
        new(2026, 3, 28, 21, 0, 0, TimeSpan.Zero),
        new(2026, 10, 24, 21, 0, 0, TimeSpan.Zero),
        new(2026, 12, 31, 21, 0, 0, TimeSpan.Zero),
    ];

    private int _next;

    public JsonObject Book()
    {
        var rules = new JsonArray();
        var count = 1 + Next(7);
        for (var i = 0; i < count; i++)
        {
            rules.Add((JsonNode)Rule($"r{i}", i));
        }
        return new JsonObject
        {
            ["validity"] = new JsonObject { ["kind"] = "never" },
            ["stacking"] = One("all", "best", "first"),
            ["multiplierOverlap"] = One("highest", "multiply", "add"),
            ["groups"] = new JsonArray(
                new JsonObject { ["id"] = "g", ["stacking"] = One("all", "best", "first") }
            ),
            ["caps"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = "per_event",
                    ["scope"] = "event",
                    ["points"] = 1 + Next(60),
                    ["over"] = One("clip", "reject"),
                },
                new JsonObject
                {
                    ["id"] = "per_member",
                    ["scope"] = "member",
                    ["period"] = One(Periods),
                    ["points"] = 1 + Next(90),
                    ["times"] = 1 + Next(4),
                    ["over"] = One("clip", "reject"),
                },
                new JsonObject
                {
                    ["id"] = "budget",
                    ["scope"] = "programme",
                    ["points"] = 100,
                }
            ),
            ["rules"] = rules,
        };
    }

    public EarningEvent Event()
    {
        var purchase = Next(5) > 0;
        return new EarningEvent
        {
            EventId = "e",
            Type = "act",
            OccurredAt = One(Moments).AddMinutes(Next(60 * 8)).AddSeconds(Next(2) * 30),
            Channel = Next(3) == 0 ? null : One(Channels),
            Purchase = purchase ? Purchase() : null,
            Attributes =
                Next(2) == 0
                    ? []
                    : [new EventAttribute { Name = "stars", Number = Next(50) / 10m }],
        };
    }

    public MemberFacts Member() =>
        new()
        {
            Tier = Next(3) == 0 ? null : One(Tiers),
            Segments = Next(2) == 0 ? [] : ["vip"],
            Birthday = Next(3) == 0 ? null : new DateOnly(1990, One(3, 10, 12, 1), 7),
            RegisteredAt = Moments[0].AddYears(-1),
        };

    /// <summary>Windows are right or wrong by chance; what is wrong must not count.</summary>
    public EarningCounter[] Counters(DateTimeOffset at)
    {
        var local = at.AddHours(at.Month is > 3 and < 10 ? 2 : 1);
        var day = new DateTimeOffset(local.Date, TimeSpan.Zero);
        var counters = new List<EarningCounter>();
        foreach (
            var start in new[] { day.AddHours(-1), day.AddHours(-2), DateTimeOffset.UnixEpoch }
        )
        {
            counters.Add(new("per_member", start, Next(60), Next(3)));
        }
        counters.Add(new("r0", at.AddMinutes(Next(200) - 100), 1, 1));
        return [.. counters];
    }

    private JsonObject Rule(string id, int index)
    {
        var rule = new JsonObject
        {
            ["id"] = id,
            ["event"] = Next(12) == 11 ? "other" : "act",
            ["priority"] = Next(5) - 2,
        };
        if (Next(12) == 11)
        {
            rule["active"] = false;
        }
        if (Next(4) == 3)
        {
            rule["start"] = LocalText();
        }
        else if (Next(4) == 3)
        {
            rule["end"] = LocalText();
        }
        if (Next(3) == 2)
        {
            rule["when"] = Condition(ofLine: false, depth: 0);
        }
        if (Next(4) == 3)
        {
            rule["lines"] = Condition(ofLine: true, depth: 0);
        }
        if (index > 0 && Next(3) == 2)
        {
            rule["reward"] = new JsonObject
            {
                ["kind"] = "multiplier",
                ["factor"] = One(0.25m, 0.5m, 1m, 1.5m, 2m, 3.3333m),
            };
            return rule;
        }
        rule["reward"] =
            Next(4) == 3
                ? new JsonObject
                {
                    ["kind"] = "by_tier",
                    ["tiers"] = new JsonObject { ["gold"] = Reward() },
                    ["otherwise"] = Next(2) == 0 ? null : Reward(),
                }
                : Reward();
        rule["rounding"] = One(Roundings);
        if (Next(3) == 2)
        {
            rule["group"] = "g";
        }
        var caps = new JsonArray();
        foreach (var cap in new[] { "per_member", "per_event", "budget" })
        {
            if (Next(3) == 2)
            {
                caps.Add((JsonNode)cap);
            }
        }
        rule["caps"] = caps;
        if (Next(5) == 4)
        {
            rule["cooldownMinutes"] = 1 + Next(90);
        }
        rule["base"] = new JsonObject
        {
            ["shipping"] = Next(3) == 2,
            ["tax"] = Next(3) == 2,
            ["paidWithPoints"] = Next(3) == 2,
        };
        return rule;
    }

    private JsonObject Reward() =>
        Next(3) switch
        {
            0 => new JsonObject { ["kind"] = "fixed", ["points"] = 1 + Next(40) },
            1 => new JsonObject { ["kind"] = "per_item", ["points"] = 1 + Next(9) },
            _ => new JsonObject
            {
                ["kind"] = "per_amount",
                ["points"] = 1 + Next(9),
                ["per"] = 1 + Next(400),
                ["currency"] = Next(9) == 8 ? "USD" : "CNY",
                ["whole"] = Next(3) == 2,
            },
        };

    private JsonObject Condition(bool ofLine, int depth)
    {
        switch (Next(depth < 3 ? 12 : 9))
        {
            case 0:
                return new JsonObject { ["field"] = "event.channel", ["is"] = One(Channels) };
            case 1:
                return new JsonObject
                {
                    ["field"] = "member.tier",
                    ["in"] = new JsonArray(One(Tiers), "none"),
                };
            case 2:
                return new JsonObject { ["field"] = "member.segments", ["is"] = "vip" };
            case 3:
                return new JsonObject { ["field"] = "time.weekday", ["is"] = One(Weekdays) };
            case 4:
                return new JsonObject
                {
                    ["field"] = "time.ofDay",
                    ["atLeast"] = One("00:30", "02:30", "23:00"),
                    ["below"] = One("01:00", "02:45", "03:00:30"),
                };
            case 5:
                return new JsonObject { ["field"] = "member.isBirthMonth", ["is"] = Next(2) == 0 };
            case 6:
                return new JsonObject
                {
                    ["field"] = "event.attribute.stars",
                    ["atLeast"] = Next(50) / 10m,
                };
            case 7 when ofLine:
                return new JsonObject { ["field"] = "line.category", ["is"] = One(Categories) };
            case 8 when ofLine:
                return new JsonObject { ["field"] = "line.amount", ["atLeast"] = Next(500) };
            case 7 or 8:
                return new JsonObject
                {
                    ["field"] = "purchase.amount",
                    ["atLeast"] = Next(300),
                    ["below"] = 300 + Next(900),
                };
            case 9:
                return new JsonObject { ["not"] = Condition(ofLine, depth + 1) };
            case var kind:
                return new JsonObject
                {
                    [kind == 10 ? "all" : "any"] = new JsonArray(
                        Condition(ofLine, depth + 1),
                        Condition(ofLine, depth + 1)
                    ),
                };
        }
    }

    private Purchase Purchase()
    {
        var lines = Enumerable
            .Range(0, 1 + Next(4))
            .Select(i => new PurchaseLine
            {
                LineId = $"l{i}",
                Sku = "s",
                Category = One(Categories),
                Quantity = 1 + Next(3),
                Amount = Next(600),
            })
            .ToImmutableArray();
        var sum = (int)lines.Sum(line => line.Amount);
        var discount = Next(2) == 0 ? 0 : Next(sum + 1);
        var shipping = Next(90);
        var tax = Next(90);
        return new Purchase
        {
            OrderId = "o",
            Currency = "CNY",
            Discount = discount,
            Shipping = shipping,
            Tax = tax,
            PaidWithPoints = Next(2) == 0 ? 0 : Next(sum - discount + shipping + tax + 1),
            Lines = lines,
        };
    }

    /// <summary>Often exactly an event's moment.</summary>
    private string LocalText()
    {
        var at = One(Moments).AddHours(1).AddMinutes(Next(60 * 8));
        return at.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private T One<T>(params T[] options) => options[Next(options.Length)];

    private int Next(int count) => _next < choices.Length ? choices[_next++] % count : 0;
}
