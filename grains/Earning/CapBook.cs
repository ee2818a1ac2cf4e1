namespace PointsMall.Grains.Earning;

/// <summary>The caps while one event is decided: what the member's counters say, and what the event's own awards have used.</summary>
internal sealed class CapBook(
    Rulebook rulebook,
    EarningCounters counters,
    Calendar calendar,
    DateTimeOffset at
)
{
    private readonly Dictionary<string, (long Points, long Times)> _used = new(
        StringComparer.Ordinal
    );

    /// <summary>What the rule's caps make of so many points.</summary>
    public Capped Apply(Rule rule, long points)
    {
        var capped = new Capped { Points = points };
        foreach (var id in rule.Caps)
        {
            var cap = rulebook.Cap(id);
            if (cap.Scope == CapScope.Programme)
            {
                capped = capped with { Budget = cap };
                continue;
            }
            var (usedPoints, usedTimes) = UsedOf(cap);
            var left = cap.Points is { } most ? Math.Max(0, most - usedPoints) : long.MaxValue;
            if (
                usedTimes >= cap.Times
                || left == 0
                || (capped.Points > left && cap.Over == CapOver.Reject)
            )
            {
                return new Capped { Points = 0 };
            }
            if (capped.Points > left)
            {
                capped = new Capped
                {
                    Points = left,
                    Budget = capped.Budget,
                    Clipped =
                    [
                        .. capped.Clipped,
                        new(AwardStepKind.Cap, cap.Id, AwardSteps.Text(left)),
                    ],
                };
            }
        }
        return capped;
    }

    /// <summary>Counts an award that is given, and says which of the member's counters rise.</summary>
    public ImmutableArray<CounterUse> Use(Rule rule, long points)
    {
        var uses = ImmutableArray.CreateBuilder<CounterUse>();
        foreach (var id in rule.Caps)
        {
            var cap = rulebook.Cap(id);
            var (usedPoints, usedTimes) = _used.GetValueOrDefault(id);
            _used[id] = (checked(usedPoints + points), usedTimes + 1);
            if (cap.Scope == CapScope.Member)
            {
                var (start, end) = cap.WindowAt(calendar, at);
                uses.Add(new(id, start, end, points, Times: 1));
            }
        }
        if (rule.Cooldown > TimeSpan.Zero)
        {
            uses.Add(new(rule.Id, at, at + rule.Cooldown, points, Times: 1));
        }
        return uses.DrainToImmutable();
    }

    private (long Points, long Times) UsedOf(Cap cap)
    {
        var (points, times) = _used.GetValueOrDefault(cap.Id);
        if (cap.Scope != CapScope.Member)
        {
            return (points, times);
        }
        var before = counters.Of(cap.Id, cap.WindowAt(calendar, at).Start);
        return (checked(points + before.Points), checked(times + before.Times));
    }
}

/// <summary>What caps leave of an award.</summary>
internal sealed record Capped
{
    /// <summary>Zero when the caps allow nothing.</summary>
    public required long Points { get; init; }
    public Cap? Budget { get; init; }
    public ImmutableArray<AwardStep> Clipped { get; init; } = [];
}
