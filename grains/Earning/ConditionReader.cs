using System.Collections.Frozen;
using System.Text.Json;
using NodaTime.Text;

namespace PointsMall.Grains.Earning;

/// <summary>Reads one rule's conditions, which together may have a bounded number of nodes.</summary>
internal sealed class ConditionReader(ReadErrors errors)
{
    public const int MaxNodes = 64;
    public const int MaxDepth = 8;
    public const int MaxValues = 200;
    private const int MaxText = 200;
    private const string AttributePrefix = "event.attribute.";

    private enum Kind
    {
        Text,
        Number,
        Flag,
        Date,
        OfDay,
        Weekday,
        Any,
    }

    private static readonly FrozenDictionary<string, (FactName Fact, Kind Kind)> Facts =
        new Dictionary<string, (FactName, Kind)>(StringComparer.Ordinal)
        {
            ["event.channel"] = (FactName.Channel, Kind.Text),
            ["event.store"] = (FactName.Store, Kind.Text),
            ["purchase.amount"] = (FactName.PurchaseAmount, Kind.Number),
            ["purchase.items"] = (FactName.PurchaseItems, Kind.Number),
            ["purchase.currency"] = (FactName.Currency, Kind.Text),
            ["line.sku"] = (FactName.LineSku, Kind.Text),
            ["line.category"] = (FactName.LineCategory, Kind.Text),
            ["line.quantity"] = (FactName.LineQuantity, Kind.Number),
            ["line.amount"] = (FactName.LineAmount, Kind.Number),
            ["member.tier"] = (FactName.Tier, Kind.Text),
            ["member.segments"] = (FactName.Segments, Kind.Text),
            ["member.registeredDays"] = (FactName.RegisteredDays, Kind.Number),
            ["member.isBirthday"] = (FactName.IsBirthday, Kind.Flag),
            ["member.isBirthMonth"] = (FactName.IsBirthMonth, Kind.Flag),
            ["time.date"] = (FactName.Date, Kind.Date),
            ["time.ofDay"] = (FactName.OfDay, Kind.OfDay),
            ["time.weekday"] = (FactName.Weekday, Kind.Weekday),
            ["time.dayOfMonth"] = (FactName.DayOfMonth, Kind.Number),
            ["time.month"] = (FactName.Month, Kind.Number),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] Weekdays =
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];

    private static readonly LocalTimePattern[] TimesOfDay =
    [
        LocalTimePattern.CreateWithInvariantCulture("HH:mm"),
        LocalTimePattern.CreateWithInvariantCulture("HH:mm:ss"),
    ];

    private int _nodes;

    /// <param name="place">The condition.</param>
    /// <param name="ofLine">It is about one line of a purchase.</param>
    /// <returns>Null after noting what is wrong.</returns>
    public Condition? Read(Place place, bool ofLine) => Read(place, ofLine, depth: 1);

    private Condition? Read(Place place, bool ofLine, int depth)
    {
        if (depth > MaxDepth)
        {
            errors.Add(place.Pointer, $"is nested deeper than {MaxDepth} conditions");
            return null;
        }
        if (++_nodes > MaxNodes)
        {
            if (_nodes == MaxNodes + 1)
            {
                errors.Add(place.Pointer, $"is more than the {MaxNodes} conditions of one rule");
            }
            return null;
        }
        var node = new ObjectReader(place, errors);
        var condition =
            node.Has("all") ? ReadParts(node, "all", ofLine, depth, parts => new AllOf(parts))
            : node.Has("any") ? ReadParts(node, "any", ofLine, depth, parts => new AnyOf(parts))
            : node.Find("not") is { } part ? ReadNot(part, ofLine, depth)
            : ReadTest(node, place, ofLine);
        node.Done();
        return condition;
    }

    private Condition? ReadParts(
        ObjectReader node,
        string name,
        bool ofLine,
        int depth,
        Func<ImmutableArray<Condition>, Condition> make
    )
    {
        var items = node.Items(name, 1, MaxNodes);
        var parts = items
            .Select(item => Read(item, ofLine, depth + 1))
            .OfType<Condition>()
            .ToImmutableArray();
        return parts.Length == items.Length && !items.IsEmpty ? make(parts) : null;
    }

    private Not? ReadNot(Place part, bool ofLine, int depth) =>
        Read(part, ofLine, depth + 1) is { } condition ? new Not(condition) : null;

    private FactTest? ReadTest(ObjectReader node, Place place, bool ofLine)
    {
        var question = new Question(
            node.Find("is"),
            node.Find("in"),
            node.Find("atLeast"),
            node.Find("below")
        );
        if (node.Find("field") is not { } field)
        {
            if (node.IsObject)
            {
                errors.Add(place.Pointer, "must have one of all, any, not, field");
            }
            return null;
        }
        if (FindFact(field) is not var (fact, attribute, kind))
        {
            return null;
        }
        if (!ofLine && fact is >= FactName.LineSku and <= FactName.LineAmount)
        {
            errors.Add(field.Pointer, "is about a line; put it in the rule's lines");
            return null;
        }
        return ReadQuestion(question, place, kind) is { } test
            ? new FactTest(fact, attribute, test)
            : null;
    }

    private (FactName Fact, string? Attribute, Kind Kind)? FindFact(Place field)
    {
        if (field.Value.ValueKind == JsonValueKind.String)
        {
            var name = field.Value.GetString()!;
            if (Facts.TryGetValue(name, out var known))
            {
                return (known.Fact, null, known.Kind);
            }
            if (
                name.StartsWith(AttributePrefix, StringComparison.Ordinal)
                && name[AttributePrefix.Length..] is var attribute
                && Values.IsId(attribute)
            )
            {
                return (FactName.Attribute, attribute, Kind.Any);
            }
        }
        errors.Add(
            field.Pointer,
            $"must be one of {string.Join(", ", Facts.Keys.Order(StringComparer.Ordinal))}, or {AttributePrefix}NAME"
        );
        return null;
    }

    private Test? ReadQuestion(Question question, Place place, Kind kind)
    {
        var (one, many, least, below) = question;
        var asked =
            (one is null ? 0 : 1)
            + (many is null ? 0 : 1)
            + (least is null && below is null ? 0 : 1);
        if (asked != 1)
        {
            errors.Add(place.Pointer, "must ask one thing: is, in, or atLeast and below");
            return null;
        }
        if (one is { } single)
        {
            return ReadValue(single, kind) is { } value ? OneOf([value]) : null;
        }
        if (many is { } list)
        {
            var items = Values.Items(list, 1, MaxValues, errors);
            var values = items.Select(item => ReadValue(item, kind)).OfType<Scalar>().ToArray();
            return values.Length == items.Length && values.Length > 0 ? OneOf(values) : null;
        }
        return ReadBounds(least, below, place, kind);
    }

    private IsWithin? ReadBounds(Place? least, Place? below, Place place, Kind kind)
    {
        if (kind is Kind.Text or Kind.Flag or Kind.Weekday)
        {
            errors.Add(place.Pointer, "has no order; ask with is or in");
            return null;
        }
        var from = least is { } first ? ReadOrdered(first, kind) : null;
        var to = below is { } second ? ReadOrdered(second, kind) : null;
        if ((least is not null && from is null) || (below is not null && to is null))
        {
            return null;
        }
        if (
            from is { } lower
            && to is { } upper
            && lower.CompareTo(upper) is var order
            && (order == 0 || (order > 0 && kind != Kind.OfDay))
        )
        {
            errors.Add(below!.Value.Pointer, "must be above atLeast");
            return null;
        }
        return new IsWithin(from, to);
    }

    private Scalar? ReadOrdered(Place place, Kind kind) =>
        ReadValue(place, kind == Kind.Any ? Kind.Number : kind);

    private Scalar? ReadValue(Place place, Kind kind)
    {
        switch (kind, place.Value.ValueKind)
        {
            case (Kind.Number or Kind.Any, JsonValueKind.Number)
                when place.Value.TryGetDecimal(out var number):
                return Scalar.Of(number);
            case (Kind.Flag or Kind.Any, JsonValueKind.True or JsonValueKind.False):
                return Scalar.Of(place.Value.GetBoolean());
            case (Kind.Text or Kind.Any, JsonValueKind.String):
                return Values.Text(place, MaxText, errors) is { } text ? Scalar.Of(text) : null;
            case (Kind.Date, JsonValueKind.String):
                return Values.Date(place, errors) is { } date
                    ? Scalar.Of(Scene.TextOf(date))
                    : null;
            case (Kind.Weekday, JsonValueKind.String)
                when Weekdays.Contains(place.Value.GetString()):
                return Scalar.Of(place.Value.GetString()!);
            case (Kind.OfDay, JsonValueKind.String):
                foreach (var pattern in TimesOfDay)
                {
                    if (
                        pattern.Parse(place.Value.GetString()!) is
                        { Success: true, Value: var time }
                    )
                    {
                        return Scalar.Of(Scene.TextOf(time));
                    }
                }
                break;
            default:
                break;
        }
        errors.Add(place.Pointer, $"must be {Expected(kind)}");
        return null;
    }

    private static string Expected(Kind kind) =>
        kind switch
        {
            Kind.Text => "a text",
            Kind.Number => "a number",
            Kind.Flag => "true or false",
            Kind.Date => "a date, as 2026-12-31",
            Kind.OfDay => "a time of day, as 20:00 or 20:00:30",
            Kind.Weekday => $"one of {string.Join(", ", Weekdays)}",
            _ => "a text, a number, true or false",
        };

    private static IsOneOf OneOf(IEnumerable<Scalar> values) => new(values.ToFrozenSet());

    /// <summary>The operators of a test, of which one is there.</summary>
    private readonly record struct Question(Place? Is, Place? In, Place? AtLeast, Place? Below);
}
