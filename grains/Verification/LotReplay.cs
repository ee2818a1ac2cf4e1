using PointsMall.Grains.Members;

namespace PointsMall.Grains.Verification;

/// <summary>The active lots that a member's entries leave. Pending ones may be joined when they become active, so of those only the sum is known.</summary>
internal sealed class LotReplay(Guid memberId, Findings findings)
{
    private readonly Dictionary<long, EntryLot> _active = [];

    public void Apply(LedgerEntry entry)
    {
        // What is owed is in no lot.
        var inLots = entry.Account == EntryAccount.Debt ? 0 : Math.Abs(entry.Points);
        if (entry.Lots.Sum(lot => lot.Points) != inLots)
        {
            Found(Check.Lots, entry, $"its lots do not add up to {inLots}");
        }
        if (entry.Account != EntryAccount.Available)
        {
            return;
        }
        var sign = Math.Sign(entry.Points);
        foreach (var lot in entry.Lots)
        {
            Change(entry, lot, sign * lot.Points);
        }
        if (
            entry.Type
                is EntryType.Redemption
                    or EntryType.Deduction
                    or EntryType.Hold
                    or EntryType.Repayment
            || entry is { Type: EntryType.Adjustment, Points: < 0 }
        )
        {
            CheckOrder(entry);
        }
    }

    public void Close(Account account, List<PagedLotChange> paged)
    {
        findings.Looked(Check.Lots, account.Lots.Length + account.PendingLots.Length + paged.Count);
        var active = account
            .Lots.Concat(paged.Where(row => row.ActivatesAt is null).Select(row => row.Lot))
            .ToList();
        var pending = account
            .PendingLots.Concat(
                paged
                    .Where(row => row.ActivatesAt is not null)
                    .Select(row => new PendingLot(row.Lot, row.ActivatesAt!.Value))
            )
            .ToList();
        if (paged.Count != account.PagedLots)
        {
            Found($"{paged.Count} lots are paged out, the account says {account.PagedLots}");
        }
        Compare("active", active.Sum(lot => lot.Remaining), account.Available);
        Compare("pending", pending.Sum(lot => lot.Lot.Remaining), account.Pending);
        CheckDue(account, active, pending);
        foreach (var lot in active)
        {
            if (!_active.Remove(lot.Number, out var left))
            {
                Found(lot.Number, "no entry left anything of it");
            }
            else if (
                left.Points != lot.Remaining
                || left.ExpiresAt != Instants.OrNever(lot.ExpiresAt)
            )
            {
                Found(
                    lot.Number,
                    $"has {lot.Remaining} until {lot.ExpiresAt:u}, its entries left {left.Points} until {left.ExpiresAt:u}"
                );
            }
        }
        foreach (var lost in _active.Values)
        {
            Found(lost.Number, $"is gone, its entries left {lost.Points}");
        }
        _active.Clear();
    }

    private void Change(LedgerEntry entry, EntryLot lot, long points)
    {
        var known = _active.TryGetValue(lot.Number, out var before);
        if (known && before.ExpiresAt != lot.ExpiresAt)
        {
            Found(Check.Lots, entry, $"changes the expiry of lot {lot.Number}");
        }
        var left = (known ? before.Points : 0) + points;
        if (left < 0)
        {
            Found(Check.Lots, entry, $"takes {-left} more from lot {lot.Number} than it has");
        }
        if (left == 0)
        {
            _active.Remove(lot.Number);
        }
        else
        {
            _active[lot.Number] = lot with { Points = left };
        }
    }

    private void CheckOrder(LedgerEntry entry)
    {
        findings.Looked(Check.SpendingOrder);
        if (entry.Lots.Any(lot => lot.ExpiresAt <= entry.OccurredAt))
        {
            Found(Check.SpendingOrder, entry, "spends points that had expired");
            return;
        }
        if (entry.Lots.IsEmpty)
        {
            return;
        }
        var last = entry.Lots[^1];
        if (
            entry.Lots.Zip(entry.Lots.Skip(1), IsSpentBefore).Contains(false)
            || _active.Values.Any(left => left.Number != last.Number && IsSpentBefore(left, last))
        )
        {
            Found(Check.SpendingOrder, entry, "spends points while others expire earlier");
        }
    }

    private static bool IsSpentBefore(EntryLot a, EntryLot b)
    {
        var byExpiry = (a.ExpiresAt ?? DateTimeOffset.MaxValue).CompareTo(
            b.ExpiresAt ?? DateTimeOffset.MaxValue
        );
        return byExpiry != 0 ? byExpiry < 0 : a.Number < b.Number;
    }

    /// <summary>Nothing may fall due before the account says that something could.</summary>
    private void CheckDue(Account account, List<Lot> active, List<PendingLot> pending)
    {
        var earliest = active
            .Select(lot => lot.ExpiresAt)
            .Concat(pending.Select(lot => lot.ActivatesAt))
            .DefaultIfEmpty(DateTimeOffset.MaxValue)
            .Min();
        if (earliest != DateTimeOffset.MaxValue && (account.DueOn is not { } due || due > earliest))
        {
            Found($"a lot is due on {earliest:u}, the account says {account.DueOn:u}");
        }
    }

    private void Compare(string kind, long lots, long columns)
    {
        if (lots != columns)
        {
            Found($"{kind} lots hold {lots}, the columns say {columns}");
        }
    }

    private void Found(Check check, LedgerEntry entry, string why) =>
        findings.Add(check, $"entry {entry.MemberId} {entry.Sequence}", why, memberId);

    private void Found(long number, string why) =>
        findings.Add(Check.Lots, $"lot {memberId} {number}", why, memberId);

    private void Found(string why) => findings.Add(Check.Lots, $"member {memberId}", why, memberId);
}
