using System.Collections.Frozen;
using NodaTime;

namespace PointsMall.Grains.Earning;

/// <summary>Which of several rules that match an event give points.</summary>
public enum Stacking
{
    /// <summary>Every one.</summary>
    All = 1,

    /// <summary>The one that gives most points after its caps; the earlier of equals.</summary>
    Best = 2,

    /// <summary>The first that gives any.</summary>
    First = 3,
}

/// <summary>What several multipliers of one reward come to.</summary>
public enum MultiplierOverlap
{
    /// <summary>The highest factor.</summary>
    Highest = 1,

    /// <summary>The product of the factors.</summary>
    Multiply = 2,

    /// <summary>One and what each factor is above or below one; not below zero.</summary>
    Add = 3,
}

/// <summary>One version of the rules by which members earn. Immutable.</summary>
public sealed class Rulebook
{
    private readonly FrozenDictionary<string, ImmutableArray<Rule>> _byEvent;
    private readonly FrozenDictionary<string, Stacking> _groups;
    private readonly FrozenDictionary<string, Cap> _caps;

    /// <param name="version">The version that awards name.</param>
    /// <param name="terms">Checked: every group and cap that a rule names is there.</param>
    public Rulebook(long version, RulebookTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Version = version;
        Terms = terms;
        _byEvent = terms
            .Rules.GroupBy(rule => rule.Event, StringComparer.Ordinal)
            .ToFrozenDictionary(
                rules => rules.Key,
                rules => rules.OrderByDescending(rule => rule.Priority).ToImmutableArray(),
                StringComparer.Ordinal
            );
        _groups = terms.Groups.ToFrozenDictionary(
            group => group.Id,
            group => group.Stacking,
            StringComparer.Ordinal
        );
        _caps = terms.Caps.ToFrozenDictionary(cap => cap.Id, StringComparer.Ordinal);
    }

    /// <summary>A rulebook without rules: nothing earns.</summary>
    public static Rulebook Empty { get; } = new(version: 0, new RulebookTerms());

    public long Version { get; }

    public RulebookTerms Terms { get; }

    /// <summary>The rules for an event's type, by priority, then as they stand in the document.</summary>
    public ImmutableArray<Rule> RulesFor(string eventType) =>
        _byEvent.TryGetValue(eventType, out var rules) ? rules : [];

    /// <summary>How a group's rules stack; rules without a group stack as the rulebook says.</summary>
    public Stacking StackingOf(string? group) => group is null ? Terms.Stacking : _groups[group];

    public Cap Cap(string id) => _caps[id];
}

/// <summary>What a rulebook says.</summary>
public sealed record RulebookTerms
{
    public Stacking Stacking { get; init; } = Stacking.All;
    public MultiplierOverlap Overlap { get; init; } = MultiplierOverlap.Highest;
    public ImmutableArray<RuleGroup> Groups { get; init; } = [];
    public ImmutableArray<Cap> Caps { get; init; } = [];
    public ImmutableArray<Rule> Rules { get; init; } = [];
}

/// <summary>Rules that compete with one another and with no others.</summary>
public sealed record RuleGroup(string Id, Stacking Stacking);

/// <summary>What a cap counts over.</summary>
public enum CapScope
{
    /// <summary>One event.</summary>
    Event = 1,

    /// <summary>One member in one period.</summary>
    Member = 2,

    /// <summary>All members for ever: a budget.</summary>
    Programme = 3,
}

/// <summary>How long a member's cap counts before it begins anew, in days, weeks from Monday, months and years of the programme's zone.</summary>
public enum CapPeriod
{
    Total = 1,
    Day = 2,
    Week = 3,
    Month = 4,
    Year = 5,
}

/// <summary>What becomes of an award above what a cap leaves.</summary>
public enum CapOver
{
    /// <summary>It gets what is left.</summary>
    Clip = 1,

    /// <summary>It gets nothing.</summary>
    Reject = 2,
}

/// <summary>Most points, or most awards, that the rules which name it give together.</summary>
public sealed record Cap
{
    public required string Id { get; init; }
    public required CapScope Scope { get; init; }

    /// <summary>For a member's cap.</summary>
    public CapPeriod Period { get; init; } = CapPeriod.Total;
    public long? Points { get; init; }

    /// <summary>For a member's cap.</summary>
    public long? Times { get; init; }

    public CapOver Over { get; init; } = CapOver.Clip;

    /// <summary>First instant of the window that holds <paramref name="at"/>, and first instant after it.</summary>
    public (DateTimeOffset Start, DateTimeOffset End) WindowAt(Calendar calendar, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        if (Period == CapPeriod.Total)
        {
            return (DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        }
        var date = calendar.DateOf(at);
        var (first, next) = Period switch
        {
            CapPeriod.Day => (date, date.PlusDays(1)),
            CapPeriod.Week => Of(
                date.PlusDays(1 - (int)date.DayOfWeek),
                NodaTime.Period.FromDays(7)
            ),
            CapPeriod.Month => Of(
                new LocalDate(date.Year, date.Month, 1),
                NodaTime.Period.FromMonths(1)
            ),
            CapPeriod.Year => Of(new LocalDate(date.Year, 1, 1), NodaTime.Period.FromYears(1)),
            _ => throw new InvalidOperationException($"Unknown period {Period}"),
        };
        return (calendar.StartOf(first), calendar.StartOf(next));
    }

    private static (LocalDate First, LocalDate Next) Of(LocalDate first, NodaTime.Period length) =>
        (first, first + length);
}
