using System.Collections.Frozen;

namespace PointsMall.Grains.Earning;

/// <summary>A condition of a rule: a tree of tests. Evaluation reads nothing but the scene and ends after as many steps as it has nodes.</summary>
public abstract record Condition
{
    /// <param name="scene">The event, the member and the time.</param>
    /// <param name="line">The line of the purchase that is asked about, if one is.</param>
    public abstract bool Holds(Scene scene, PurchaseLine? line = null);
}

public sealed record AllOf(ImmutableArray<Condition> Parts) : Condition
{
    public override bool Holds(Scene scene, PurchaseLine? line = null) =>
        Parts.All(part => part.Holds(scene, line));
}

public sealed record AnyOf(ImmutableArray<Condition> Parts) : Condition
{
    public override bool Holds(Scene scene, PurchaseLine? line = null) =>
        Parts.Any(part => part.Holds(scene, line));
}

public sealed record Not(Condition Part) : Condition
{
    public override bool Holds(Scene scene, PurchaseLine? line = null) => !Part.Holds(scene, line);
}

/// <summary>What a test asks about.</summary>
public enum FactName
{
    Channel = 1,
    Store,

    /// <summary>An attribute of the event, by its name.</summary>
    Attribute,

    /// <summary>The lines less the discount, in minor units.</summary>
    PurchaseAmount,
    PurchaseItems,
    Currency,
    LineSku,
    LineCategory,
    LineQuantity,
    LineAmount,
    Tier,
    Segments,

    /// <summary>Whole days of the programme's zone since the registration.</summary>
    RegisteredDays,
    IsBirthday,
    IsBirthMonth,
    Date,
    OfDay,
    Weekday,
    DayOfMonth,
    Month,
}

/// <summary>One question about one fact. A fact that is not there passes no test.</summary>
/// <param name="Fact">About what.</param>
/// <param name="Attribute">The attribute's name, for <see cref="FactName.Attribute"/>.</param>
/// <param name="Test">What it must be.</param>
public sealed record FactTest(FactName Fact, string? Attribute, Test Test) : Condition
{
    public override bool Holds(Scene scene, PurchaseLine? line = null)
    {
        ArgumentNullException.ThrowIfNull(scene);
        return Fact == FactName.Segments
            ? scene.Member.Segments.Any(segment => Test.Passes(Scalar.Of(segment)))
            : scene.Find(this, line) is { } value && Test.Passes(value);
    }
}

/// <summary>A text, a number or a truth value; exactly one is set.</summary>
public readonly record struct Scalar
{
    public string? Text { get; private init; }
    public decimal? Number { get; private init; }
    public bool? Flag { get; private init; }

    public static Scalar Of(string text) => new() { Text = text };

    public static Scalar Of(decimal number) => new() { Number = number };

    public static Scalar Of(bool flag) => new() { Flag = flag };

    /// <summary>Texts by code point; null when the two are of different kinds, or truth values.</summary>
    public int? CompareTo(Scalar other) =>
        (this, other) switch
        {
            ({ Text: { } x }, { Text: { } y }) => string.CompareOrdinal(x, y),
            ({ Number: { } x }, { Number: { } y }) => x.CompareTo(y),
            _ => null,
        };
}

/// <summary>What a value must be.</summary>
public abstract record Test
{
    public abstract bool Passes(Scalar value);
}

/// <summary>One of these.</summary>
public sealed record IsOneOf(FrozenSet<Scalar> Values) : Test
{
    public override bool Passes(Scalar value) => Values.Contains(value);
}

/// <summary>At least one bound and below another; a time of day whose bounds are the other way round goes over midnight.</summary>
public sealed record IsWithin(Scalar? AtLeast, Scalar? Below) : Test
{
    public override bool Passes(Scalar value)
    {
        var above = AtLeast is not { } least || value.CompareTo(least) >= 0;
        var under = Below is not { } below || value.CompareTo(below) < 0;
        var wraps = AtLeast is { } from && Below is { } to && from.CompareTo(to) > 0;
        return wraps ? above || under : above && under;
    }
}
