namespace PointsMall.Grains.Holds;

/// <summary>
/// A working copy of a member's open holds while one decision is made. Without the rows of <c>hold</c> it can only be added to; what of
/// them falls due is then later than the account's own <see cref="Members.Account.DueOn"/>.
/// </summary>
internal sealed class HoldBook(ImmutableArray<StoredHold> open)
{
    private readonly SortedDictionary<Guid, StoredHold> _open = new(
        open.ToDictionary(stored => stored.Hold.HoldId)
    );
    private readonly Dictionary<Guid, StoredHold> _changed = [];

    public int Count => _open.Count;

    /// <summary>When the first of them ends by itself; never when there is none.</summary>
    public DateTimeOffset FirstEnd =>
        _open
            .Values.Select(stored => stored.Hold.ExpiresAt)
            .DefaultIfEmpty(DateTimeOffset.MaxValue)
            .Min();

    public StoredHold? Find(Guid holdId) => _open.GetValueOrDefault(holdId);

    /// <summary>Those whose time has run out, in the order in which it did.</summary>
    public ImmutableArray<StoredHold> Ended(DateTimeOffset now) =>
        [
            .. _open
                .Values.Where(stored => stored.Hold.ExpiresAt <= now)
                .OrderBy(stored => stored.Hold.ExpiresAt),
        ];

    public void Add(StoredHold stored)
    {
        _open.Add(stored.Hold.HoldId, stored);
        _changed[stored.Hold.HoldId] = stored;
    }

    public Hold Close(StoredHold stored, HoldStatus status, long captured, DateTimeOffset at)
    {
        var hold = stored.Hold with { Status = status, Captured = captured, ClosedAt = at };
        _open.Remove(hold.HoldId);
        _changed[hold.HoldId] = stored with { Hold = hold, Lots = [] };
        return hold;
    }

    /// <summary>Rows to write.</summary>
    public ImmutableArray<StoredHold> Changes => [.. _changed.Values];
}
