using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>What one rule gave, as the reference sees it.</summary>
internal sealed record ReferenceAward(string Rule, long Points, string Lines, string Uses);

/// <summary>
/// The rules once more, from the rulebook's JSON, as slowly and plainly as they can be said: lists, loops and fractions that are never
/// reduced. It shares nothing with the product but the events. Berlin's clocks are written out.
/// </summary>
internal sealed class ReferenceRules(
    JsonObject book,
    EarningEvent e,
    MemberFacts member,
    IReadOnlyList<EarningCounter> counters
)
{
    private readonly List<JsonObject> _multipliers = [];
    private readonly Dictionary<string, (long Points, long Times)> _used = [];

    public List<ReferenceAward> Awards { get; } = [];

    public void Run()
    {
        var rules = new List<JsonObject>();
        foreach (var node in List(book, "rules"))
        {
            var rule = (JsonObject)node;
            var on = rule["active"] is null || (bool)rule["active"]!;
            if (Text(rule, "event") != e.Type || !on)
            {
                continue;
            }
            if (rule["start"] is { } start && e.OccurredAt < InstantOf((string)start!))
            {
                continue;
            }
            if (rule["end"] is { } end && e.OccurredAt >= InstantOf((string)end!))
            {
                continue;
            }
            if (rule["when"] is JsonObject when && !Holds(when, null))
            {
                continue;
            }
            (IsMultiplier(rule) ? _multipliers : rules).Add(rule);
        }
        // Highest priority first, else as written.
        var ordered = new List<JsonObject>();
        for (var priority = 5; priority >= -5; priority--)
        {
            ordered.AddRange(rules.Where(rule => (int)Number(rule, "priority", 0) == priority));
        }
        var groups = new List<string?>();
        foreach (var rule in ordered)
        {
            if (!groups.Contains((string?)rule["group"]))
            {
                groups.Add((string?)rule["group"]);
            }
        }
        foreach (var group in groups)
        {
            Decide(
                [.. ordered.Where(rule => (string?)rule["group"] == group)],
                group is null ? Text(book, "stacking") : Text(ById("groups", group), "stacking")
            );
        }
    }

    private void Decide(List<JsonObject> rules, string stacking)
    {
        if (stacking == "all")
        {
            rules.ForEach(rule => Give(Evaluate(rule)));
        }
        else if (stacking == "first")
        {
            Give(rules.Select(Evaluate).FirstOrDefault(award => award is not null));
        }
        else
        {
            (JsonObject Rule, long Points, List<(string, long)> Lines)? best = null;
            foreach (var award in rules.Select(Evaluate))
            {
                if (award is not null && (best is null || award.Value.Points > best.Value.Points))
                {
                    best = award;
                }
            }
            Give(best);
        }
    }

    private void Give((JsonObject Rule, long Points, List<(string Id, long Points)> Lines)? given)
    {
        if (given is not var (rule, points, lines))
        {
            return;
        }
        var uses = new List<string>();
        foreach (var node in List(rule, "caps"))
        {
            var id = (string)node!;
            _used.TryGetValue(id, out var used);
            _used[id] = (used.Points + points, used.Times + 1);
            if (Text(ById("caps", id), "scope") == "member")
            {
                uses.Add(Use(id, WindowOf(ById("caps", id)), points));
            }
        }
        if (rule["cooldownMinutes"] is not null)
        {
            uses.Add(Use(Text(rule, "id"), e.OccurredAt, points));
        }
        Awards.Add(
            new(
                Text(rule, "id"),
                points,
                string.Join(' ', lines.Where(l => l.Points > 0).Select(l => $"{l.Id}:{l.Points}")),
                string.Join(' ', uses)
            )
        );
    }

    public static string Use(string id, DateTimeOffset start, long points) =>
        string.Create(CultureInfo.InvariantCulture, $"{id}@{start.UtcTicks}:{points}");

    private (JsonObject Rule, long Points, List<(string, long)> Lines)? Evaluate(JsonObject rule)
    {
        if (rule["cooldownMinutes"] is { } minutes)
        {
            foreach (var counter in counters.Where(c => c.Id == Text(rule, "id")))
            {
                if (
                    (e.OccurredAt - counter.WindowStart).Duration()
                    < TimeSpan.FromMinutes((int)minutes)
                )
                {
                    return null;
                }
            }
        }
        var reward = (JsonObject)rule["reward"]!;
        if (Text(reward, "kind") == "by_tier")
        {
            var table = (JsonObject)reward["tiers"]!;
            var own = member.Tier is null ? null : table[member.Tier];
            if ((own ?? reward["otherwise"]) is not JsonObject chosen)
            {
                return null;
            }
            reward = chosen;
        }
        var kind = Text(reward, "kind");
        if (e.Purchase is null && (kind != "fixed" || rule["lines"] is not null))
        {
            return null;
        }
        var counted = new List<(PurchaseLine Line, long Amount)>();
        if (e.Purchase is not null)
        {
            var amounts = Amounts(rule["base"] as JsonObject);
            for (var i = 0; i < amounts.Count; i++)
            {
                var line = e.Purchase.Lines[i];
                if (rule["lines"] is not JsonObject lines || Holds(lines, line))
                {
                    counted.Add((line, amounts[i]));
                }
            }
            if (counted.Count == 0)
            {
                return null;
            }
            if (kind == "per_amount" && Text(reward, "currency") != e.Purchase.Currency)
            {
                return null;
            }
        }
        // Every weight has the same denominator, so that they can be added and compared.
        var weights = new List<BigInteger>();
        BigInteger total = 0;
        BigInteger below = 1;
        var points = Number(reward, "points", 0);
        if (kind == "fixed")
        {
            var (n, d) = Factor(rule, null);
            (total, below) = ((BigInteger)points * n, d);
            weights.AddRange(counted.Select(line => (BigInteger)line.Amount));
        }
        else
        {
            var all = counted.Aggregate(BigInteger.Zero, (sum, line) => sum + line.Amount);
            var per = kind == "per_amount" ? (BigInteger)Number(reward, "per", 0) : 1;
            var full = reward["whole"] is { } whole && (bool)whole ? all / per * per : all;
            foreach (var (line, amount) in counted)
            {
                var (n, d) = Factor(rule, line);
                below = d;
                weights.Add(kind == "per_amount" ? amount * full * n : line.Quantity * n);
            }
            total =
                weights.Aggregate(BigInteger.Zero, (sum, weight) => sum + weight)
                * (BigInteger)points;
            below *= kind == "per_amount" ? per * BigInteger.Max(all, 1) : 1;
        }
        var rounded = Round(total, below, (string?)rule["rounding"] ?? "floor");
        if (rounded < 1 || rounded > 1_000_000_000_000_000)
        {
            return null;
        }
        var left = AfterCaps(rule, (long)rounded);
        if (left == 0)
        {
            return null;
        }
        if (weights.All(weight => weight.IsZero))
        {
            weights = [.. counted.Select(line => (BigInteger)line.Line.Quantity)];
        }
        var shares = Shares(left, weights);
        return (rule, left, [.. counted.Select((line, i) => (line.Line.LineId, shares[i]))]);
    }

    private long AfterCaps(JsonObject rule, long points)
    {
        foreach (var node in List(rule, "caps"))
        {
            var cap = ById("caps", (string)node!);
            if (Text(cap, "scope") == "programme")
            {
                continue;
            }
            _used.TryGetValue(Text(cap, "id"), out var used);
            if (Text(cap, "scope") == "member")
            {
                foreach (var counter in counters)
                {
                    if (counter.Id == Text(cap, "id") && counter.WindowStart == WindowOf(cap))
                    {
                        used = (used.Points + counter.Points, used.Times + counter.Times);
                    }
                }
            }
            if (cap["times"] is { } times && used.Times >= (long)times)
            {
                return 0;
            }
            if (cap["points"] is { } most && points > (long)most - used.Points)
            {
                if (Text(cap, "over") == "reject" || (long)most <= used.Points)
                {
                    return 0;
                }
                points = (long)most - used.Points;
            }
        }
        return points;
    }

    /// <summary>The multipliers' factor over a denominator that is the same for every line of the event.</summary>
    private (BigInteger Numerator, BigInteger Denominator) Factor(
        JsonObject rule,
        PurchaseLine? line
    )
    {
        var factors = new List<BigInteger>();
        foreach (var multiplier in _multipliers)
        {
            var over = multiplier["reward"]!["over"] as JsonArray;
            var covers =
                over is null || over.Count == 0 || over.Any(id => (string)id! == Text(rule, "id"));
            var lines = multiplier["lines"] as JsonObject;
            if (covers && (lines is null || (line is not null && Holds(lines, line))))
            {
                factors.Add((BigInteger)((decimal)multiplier["reward"]!["factor"]! * 10_000));
            }
        }
        var scale = BigInteger.Pow(10_000, _multipliers.Count);
        if (factors.Count == 0)
        {
            return (scale, scale);
        }
        var once = scale / 10_000;
        switch (Text(book, "multiplierOverlap"))
        {
            case "highest":
                return (factors.Max() * once, scale);
            case "add":
                var sum = factors.Aggregate(BigInteger.Zero, (sum, f) => sum + f - 10_000) + 10_000;
                return (sum < 0 ? 0 : sum * once, scale);
            default:
                var product = scale;
                foreach (var factor in factors)
                {
                    product = product * factor / 10_000;
                }
                return (product, scale);
        }
    }

    private List<long> Amounts(JsonObject? counted)
    {
        var purchase = e.Purchase!;
        bool Counts(string what) => counted?[what] is { } flag && (bool)flag;
        var weights = purchase.Lines.Select(line => (BigInteger)line.Amount).ToList();
        var amounts = purchase.Lines.Select(line => line.Amount).ToList();
        var discount = Shares(purchase.Discount, weights);
        var shipping = Shares(Counts("shipping") ? purchase.Shipping : 0, weights);
        var tax = Shares(Counts("tax") ? purchase.Tax : 0, weights);
        for (var i = 0; i < amounts.Count; i++)
        {
            amounts[i] += shipping[i] + tax[i] - discount[i];
        }
        if (Counts("paidWithPoints"))
        {
            return amounts;
        }
        var paid = Shares(
            Math.Min(purchase.PaidWithPoints, amounts.Sum()),
            [.. amounts.Select(amount => (BigInteger)amount)]
        );
        return [.. amounts.Select((amount, i) => amount - paid[i])];
    }

    private static List<long> Shares(long whole, List<BigInteger> weights)
    {
        var sum = weights.Aggregate(BigInteger.Zero, (sum, weight) => sum + weight);
        if (sum.IsZero)
        {
            return [.. weights.Select(_ => 0L)];
        }
        var shares = weights.Select(weight => (long)(whole * weight / sum)).ToList();
        var rests = weights.Select(weight => whole * weight % sum).ToList();
        for (var left = whole - shares.Sum(); left > 0; left--)
        {
            var largest = 0;
            for (var i = 1; i < rests.Count; i++)
            {
                if (rests[i] > rests[largest])
                {
                    largest = i;
                }
            }
            shares[largest]++;
            rests[largest] = -1;
        }
        return shares;
    }

    private static BigInteger Round(BigInteger n, BigInteger d, string mode)
    {
        var floor = n / d;
        var rest = n - floor * d;
        return mode switch
        {
            "ceiling" => rest == 0 ? floor : floor + 1,
            "half_up" => (2 * n + d) / (2 * d),
            "half_even" when 2 * rest == d => floor % 2 == 0 ? floor : floor + 1,
            "half_even" => (2 * n + d) / (2 * d),
            _ => floor,
        };
    }

    private bool Holds(JsonObject condition, PurchaseLine? line)
    {
        if (condition["all"] is JsonArray all)
        {
            return all.All(part => Holds((JsonObject)part!, line));
        }
        if (condition["any"] is JsonArray any)
        {
            return any.Any(part => Holds((JsonObject)part!, line));
        }
        if (condition["not"] is JsonObject not)
        {
            return !Holds(not, line);
        }
        var local = Local(e.OccurredAt);
        var field = Text(condition, "field");
        switch (field)
        {
            case "member.segments":
                return Wanted(condition).Any(wanted => member.Segments.Contains(wanted));
            case "event.channel":
                return Wanted(condition).Any(wanted => wanted == e.Channel);
            case "member.tier":
                return Wanted(condition).Any(wanted => wanted == member.Tier);
            case "line.category":
                return Wanted(condition).Any(wanted => wanted == line!.Category);
            case "time.weekday":
                var weekday = local.DayOfWeek.ToString().ToLowerInvariant();
                return Wanted(condition).Any(wanted => wanted == weekday);
            case "member.isBirthMonth":
                return member.Birthday is { } day
                    && (day.Month == local.Month) == (bool)condition["is"]!;
            case "time.ofDay":
                var from = TimeSpan.Parse(
                    (string)condition["atLeast"]!,
                    CultureInfo.InvariantCulture
                );
                var to = TimeSpan.Parse((string)condition["below"]!, CultureInfo.InvariantCulture);
                var now = local.TimeOfDay;
                return from < to ? now >= from && now < to : now >= from || now < to;
            default:
                decimal? value = field switch
                {
                    "line.amount" => line!.Amount,
                    "purchase.amount" => e.Purchase is null
                        ? null
                        : e.Purchase.Lines.Sum(l => l.Amount) - e.Purchase.Discount,
                    _ => e
                        .Attributes.FirstOrDefault(a => $"event.attribute.{a.Name}" == field)
                        ?.Number,
                };
                return value is { } number
                    && (condition["atLeast"] is not { } least || number >= (decimal)least)
                    && (condition["below"] is not { } below || number < (decimal)below);
        }
    }

    private static List<string> Wanted(JsonObject condition) =>
        condition["in"] is JsonArray many
            ? [.. many.Select(one => (string)one!)]
            : [(string)condition["is"]!];

    private DateTimeOffset WindowOf(JsonObject cap)
    {
        var date = Local(e.OccurredAt).Date;
        return Text(cap, "period") switch
        {
            "total" => DateTimeOffset.UnixEpoch,
            "week" => InstantOf(date.AddDays(-(((int)date.DayOfWeek + 6) % 7))),
            "month" => InstantOf(date.AddDays(1 - date.Day)),
            "year" => InstantOf(date.AddDays(1 - date.DayOfYear)),
            _ => InstantOf(date),
        };
    }

    private static DateTimeOffset InstantOf(string local) =>
        InstantOf(DateTime.Parse(local, CultureInfo.InvariantCulture));

    /// <summary>The first instant at which Berlin's clocks show this or, where they skip it, more.</summary>
    private static DateTimeOffset InstantOf(DateTime local)
    {
        var utc = new DateTimeOffset(local, TimeSpan.Zero);
        DateTimeOffset[] candidates = [utc.AddHours(-2), utc.AddHours(-1), ChangeOf(local.Year, 3)];
        return candidates.Where(at => Local(at) >= local && Local(at.AddTicks(-1)) < local).Min();
    }

    private static DateTime Local(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        var summer = at >= ChangeOf(utc.Year, 3) && at < ChangeOf(utc.Year, 10);
        return DateTime.SpecifyKind(utc.AddHours(summer ? 2 : 1), DateTimeKind.Unspecified);
    }

    /// <summary>01:00 UTC of the last Sunday of March or October.</summary>
    private static DateTimeOffset ChangeOf(int year, int month)
    {
        var day = new DateTimeOffset(year, month, 31, 1, 0, 0, TimeSpan.Zero);
        while (day.DayOfWeek != DayOfWeek.Sunday)
        {
            day = day.AddDays(-1);
        }
        return day;
    }

    private JsonObject ById(string list, string id) =>
        (JsonObject)List(book, list).First(node => Text((JsonObject)node, "id") == id);

    private static bool IsMultiplier(JsonObject rule) =>
        Text((JsonObject)rule["reward"]!, "kind") == "multiplier";

    private static IEnumerable<JsonNode> List(JsonObject node, string name) =>
        node[name] is JsonArray list ? list.Select(item => item!) : [];

    private static string Text(JsonObject node, string name) => (string?)node[name] ?? "";

    private static decimal Number(JsonObject node, string name, decimal otherwise) =>
        node[name] is { } value ? (decimal)value : otherwise;
}
