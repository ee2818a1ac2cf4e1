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
    private readonly List<HeldPoints> _holds = [];

    public DateTimeOffset Now { get; private set; } = DateTimeOffset.MinValue;
    public SortedDictionary<DateTimeOffset, long> ByExpiry { get; } = [];
    public IEnumerable<(
        DateTimeOffset ActivatesAt,
        DateTimeOffset ExpiresAt,
        long Points
    )> PendingPoints => _pending;
    public long Available => ByExpiry.Values.Sum();
    public long Pending => _pending.Sum(lot => lot.Points);
    public long Held => _holds.SelectMany(hold => hold.Drawn).Sum(lot => lot.Points);
    public long LifetimeEarned { get; private set; }
    public long LifetimeSpent { get; private set; }

    /// <summary>Time passes: holds end, then pending points become active, then points expire.</summary>
    public void At(DateTimeOffset now)
    {
        Now = now > Now ? now : Now;
        foreach (var hold in _holds.Where(hold => hold.EndsAt <= Now).ToArray())
        {
            GiveBack(hold.Drawn, hold.EndsAt);
            hold.Drawn.Clear();
        }
        foreach (var lot in _pending.Where(lot => lot.ActivatesAt <= Now).ToArray())
        {
            _pending.Remove(lot);
            Add(lot.ExpiresAt, lot.Points);
        }
        foreach (var expiry in ByExpiry.Keys.Where(expiry => expiry <= Now).ToArray())
        {
            ByExpiry.Remove(expiry);
        }
    }

    public void Grant(long points, DateTimeOffset? expiresAt, DateTimeOffset? pendingUntil)
    {
        var activatesAt = pendingUntil > Now ? pendingUntil.Value : Now;
        var expiry =
            expiresAt
            ?? (
                settings.DefaultValidityDays is { } days
                    ? calendar.EndOfValidity(activatesAt, days)
                    : DateTimeOffset.MaxValue
            );
        LifetimeEarned += points;
        if (activatesAt > Now)
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
        GiveBack(_orders[order].Drawn, Now);
        LifetimeSpent -= _orders[order].Points;
    }

    public void Hold(long points, DateTimeOffset endsAt) => _holds.Add(new(Draw(points), endsAt));

    public bool IsOpen(int hold) => _holds[hold].Drawn.Count > 0;

    public void EndHold(int hold, long captured)
    {
        var rest = new List<(DateTimeOffset ExpiresAt, long Points)>();
        LifetimeSpent += captured;
        foreach (var (expiresAt, points) in _holds[hold].Drawn)
        {
            var spent = Math.Min(points, captured);
            captured -= spent;
            rest.Add((expiresAt, points - spent));
        }
        _holds[hold].Drawn.Clear();
        GiveBack(rest, Now);
    }

    private void GiveBack(List<(DateTimeOffset ExpiresAt, long Points)> drawn, DateTimeOffset at)
    {
        foreach (var (expiresAt, points) in drawn)
        {
            if (expiresAt > at)
            {
                Add(expiresAt, points);
            }
            else if (settings.ReturnGraceDays > 0)
            {
                Add(calendar.EndOfValidity(at, settings.ReturnGraceDays), points);
            }
        }
    }

    private sealed record HeldPoints(
        List<(DateTimeOffset ExpiresAt, long Points)> Drawn,
        DateTimeOffset EndsAt
    );

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
