namespace PointsMall.Grains.Members;

/// <summary>What can be read off an account.</summary>
public static class Accounts
{
    /// <summary>The account of a member who was just registered.</summary>
    public static Account Empty(Guid memberId, DateTimeOffset at) =>
        new()
        {
            MemberId = memberId,
            Version = 0,
            Available = 0,
            Held = 0,
            Pending = 0,
            Debt = 0,
            LifetimeEarned = 0,
            LifetimeSpent = 0,
            Sequence = 0,
            HeadHash = LedgerHash.Genesis(memberId),
            LastAt = Instants.Truncate(at),
            DueOn = null,
            Lots = [],
            PendingLots = [],
            RecentKeys = [],
            KeyedCommands = 0,
            Counters = [],
            PagedLots = 0,
            PagedCounters = 0,
        };

    /// <summary>A due change would need lots that are not in the account's row, so what can be spent is not known without them.</summary>
    public static bool NeedsPagedLots(Account account, DateTimeOffset clock) =>
        account.PagedLots > 0 && account.DueOn <= Now(account, clock);

    /// <summary>Points that can be spent now, whether or not what has fallen due is written already.</summary>
    /// <param name="account">As committed.</param>
    /// <param name="pagedLots">All rows of <c>point_lot</c>, when <see cref="NeedsPagedLots"/> asks for them.</param>
    /// <param name="clock">The silo's clock.</param>
    public static long Spendable(
        Account account,
        ImmutableArray<PagedLotChange>? pagedLots,
        DateTimeOffset clock
    )
    {
        var now = Now(account, clock);
        if (!(account.DueOn <= now))
        {
            return account.Available;
        }
        var lots = LotBook.Open(account, pagedLots);
        return account.Available + Sum(lots.Activate(now)) - Sum(lots.Expire(now));
    }

    /// <summary>The expiry notice reaches beyond the lots in the account's row.</summary>
    public static bool BalanceNeedsPagedLots(Account account, DateTimeOffset clock, int noticeDays)
    {
        var now = Now(account, clock);
        return account.PagedLots > 0
            && (
                account.DueOn <= now
                || account.Lots.IsEmpty
                || account.Lots[^1].ExpiresAt <= now.AddDays(noticeDays)
            );
    }

    /// <summary>The balance with what is due at this moment applied.</summary>
    /// <param name="account">As committed.</param>
    /// <param name="pagedLots">All rows of <c>point_lot</c>, when <see cref="BalanceNeedsPagedLots"/> asks for them.</param>
    /// <param name="clock">The silo's clock.</param>
    /// <param name="noticeDays">Days ahead of an expiry from which it is shown.</param>
    public static Balance BalanceOf(
        Account account,
        ImmutableArray<PagedLotChange>? pagedLots,
        DateTimeOffset clock,
        int noticeDays
    )
    {
        var now = Now(account, clock);
        var lots = LotBook.Open(account, pagedLots);
        var activated = Sum(lots.Activate(now));
        var expired = Sum(lots.Expire(now));
        return new Balance
        {
            Available = account.Available + activated - expired,
            Pending = account.Pending - activated,
            Held = account.Held,
            Debt = account.Debt,
            LifetimeEarned = account.LifetimeEarned,
            LifetimeSpent = account.LifetimeSpent,
            ExpiringSoon =
            [
                .. lots
                    .Active.TakeWhile(lot => lot.ExpiresAt <= now.AddDays(noticeDays))
                    .GroupBy(lot => lot.ExpiresAt)
                    .Select(day => new ExpiringPoints(day.Sum(lot => lot.Remaining), day.Key)),
            ],
        };
    }

    /// <summary>A decision's now: time never runs back for a member, and is as fine as the database keeps it.</summary>
    public static DateTimeOffset Now(Account account, DateTimeOffset clock) =>
        Instants.Truncate(Instants.Later(clock, account.LastAt));

    private static long Sum(ImmutableArray<EntryLot> lots) => lots.Sum(lot => lot.Points);
}
