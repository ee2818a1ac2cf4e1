namespace PointsMall.Tests.Domain.Members;

/// <summary>
/// What a member's points should be, told as simply as can be: points by expiry, no lots, no paging, no counters. It is moved by the
/// same steps as the rules and knows nothing of them but whether a step was refused for a reason outside of points.
/// </summary>
internal sealed class ReferenceMember(ProgrammeSettings settings, Calendar calendar)
{
    private readonly List<(
        DateTimeOffset ActivatesAt,
        DateTimeOffset ExpiresAt,
        long Points
    )> _pending = [];
    private readonly List<(
        long Points,
        List<(DateTimeOffset ExpiresAt, long Points)> Drawn
    )> _orders = [];
    private DateTimeOffset _now = DateTimeOffset.MinValue;

    public SortedDictionary<DateTimeOffset, long> ByExpiry { get; } = [];
    public IEnumerable<(
        DateTimeOffset ActivatesAt,
        DateTimeOffset ExpiresAt,
        long Points
    )> PendingPoints => _pending;
    public long Available => ByExpiry.Values.Sum();
    public long Pending => _pending.Sum(lot => lot.Points);
    public long LifetimeEarned { get; private set; }
    public long LifetimeSpent { get; private set; }

    /// <summary>Time passes: first pending points become active, then points expire.</summary>
    public void At(DateTimeOffset now)
    {
        _now = now > _now ? now : _now;
        foreach (var lot in _pending.Where(lot => lot.ActivatesAt <= _now).ToArray())
        {
            _pending.Remove(lot);
            Add(lot.ExpiresAt, lot.Points);
        }
        foreach (var expiry in ByExpiry.Keys.Where(expiry => expiry <= _now).ToArray())
        {
            ByExpiry.Remove(expiry);
        }
    }

    public void Grant(long points, DateTimeOffset? expiresAt, DateTimeOffset? pendingUntil)
    {
        var activatesAt = pendingUntil > _now ? pendingUntil.Value : _now;
        var expiry =
            expiresAt
            ?? (
                settings.DefaultValidityDays is { } days
                    ? calendar.EndOfValidity(activatesAt, days)
                    : DateTimeOffset.MaxValue
            );
        LifetimeEarned += points;
        if (activatesAt > _now)
        {
            _pending.Add((activatesAt, expiry, points));
        }
        else
        {
            Add(expiry, points);
        }
    }

    public List<(DateTimeOffset ExpiresAt, long Points)> Draw(long points)
    {
        var drawn = new List<(DateTimeOffset, long)>();
        foreach (var expiry in ByExpiry.Keys.ToArray())
        {
            var taken = Math.Min(points, ByExpiry[expiry]);
            if (taken > 0)
            {
                drawn.Add((expiry, taken));
                Add(expiry, -taken);
                points -= taken;
            }
        }
        Assert.Equal(0, points);
        return drawn;
    }

    public void Redeem(long points)
    {
        _orders.Add((points, Draw(points)));
        LifetimeSpent += points;
    }

    public void Cancel(int order)
    {
        foreach (var (expiresAt, points) in _orders[order].Drawn)
        {
            if (expiresAt > _now)
            {
                Add(expiresAt, points);
            }
            else if (settings.ReturnGraceDays > 0)
            {
                Add(calendar.EndOfValidity(_now, settings.ReturnGraceDays), points);
            }
        }
        LifetimeSpent -= _orders[order].Points;
    }

    private void Add(DateTimeOffset expiry, long points)
    {
        var sum = ByExpiry.GetValueOrDefault(expiry) + points;
        if (sum == 0)
        {
            ByExpiry.Remove(expiry);
        }
        else
        {
            ByExpiry[expiry] = sum;
        }
    }
}
