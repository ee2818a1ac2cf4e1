namespace PointsMall.Grains.Earning;

/// <summary>What a member has earned under one cap in one window, or that a rule with a cooldown fired.</summary>
/// <param name="Id">The cap's id; the rule's for a cooldown, whose window starts when the rule fired. No cap has a rule's id.</param>
/// <param name="WindowStart">First instant of the window.</param>
/// <param name="Points">Points so far.</param>
/// <param name="Times">Awards so far.</param>
public readonly record struct EarningCounter(
    string Id,
    DateTimeOffset WindowStart,
    long Points,
    long Times
);

/// <summary>A row of <c>earning_counter</c> to write; without awards (<see cref="EarningCounter.Times"/> 0) to remove.</summary>
public readonly record struct ChangedCounter(EarningCounter Counter, DateTimeOffset WindowEnd);

/// <summary>A member's counters, for the rules to read. What is not there counts as nothing.</summary>
public sealed class EarningCounters
{
    private readonly Dictionary<(string Id, DateTimeOffset Start), EarningCounter> _counters;

    private EarningCounters(IEnumerable<EarningCounter> counters) =>
        _counters = counters.ToDictionary(counter => (counter.Id, counter.WindowStart));

    public static EarningCounters Empty { get; } = new([]);

    /// <param name="counters">Each id and window once.</param>
    public static EarningCounters Of(IEnumerable<EarningCounter> counters) => new(counters);

    /// <summary>The counters after awards were given or taken back.</summary>
    /// <param name="uses">What rises, or with negative numbers falls.</param>
    /// <param name="changes">Those that changed, as they are then.</param>
    public EarningCounters With(
        IEnumerable<CounterUse> uses,
        out ImmutableArray<ChangedCounter> changes
    )
    {
        var next = new Dictionary<(string Id, DateTimeOffset Start), EarningCounter>(_counters);
        var changed = new Dictionary<(string Id, DateTimeOffset Start), ChangedCounter>();
        foreach (var use in uses)
        {
            var key = (use.Id, use.WindowStart);
            var was = next.GetValueOrDefault(key, new(use.Id, use.WindowStart, 0, 0));
            var counter = was with
            {
                Points = Math.Max(0, checked(was.Points + use.Points)),
                Times = Math.Max(0, checked(was.Times + use.Times)),
            };
            if (counter.Times == 0)
            {
                next.Remove(key);
            }
            else
            {
                next[key] = counter;
            }
            changed[key] = new(counter, use.WindowEnd);
        }
        changes = [.. changed.Values];
        return new(next.Values);
    }

    /// <summary>Points and awards under a cap in a window.</summary>
    public EarningCounter Of(string capId, DateTimeOffset windowStart) =>
        _counters.TryGetValue((capId, windowStart), out var counter)
            ? counter
            : new(capId, windowStart, Points: 0, Times: 0);

    /// <summary>The rule fired less than <paramref name="cooldown"/> before or after <paramref name="at"/>; events may come late.</summary>
    public bool IsCooling(string ruleId, DateTimeOffset at, TimeSpan cooldown) =>
        _counters.Keys.Any(key =>
            key.Id == ruleId && key.Start < at + cooldown && at < key.Start + cooldown
        );
}
