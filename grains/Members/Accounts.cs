using PointsMall.Grains.Holds;

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

    /// <summary>A due change would need what is not in the account's row, so what can be spent is not known without it.</summary>
    public static bool NeedsPages(Account account, DateTimeOffset clock) =>
        AccountPages.Has(account) && account.DueOn <= Now(account, clock);

    /// <summary>Points that can be spent now, whether or not what has fallen due is written already.</summary>
    /// <param name="account">As committed.</param>
    /// <param name="pages">What is not in its row, when <see cref="NeedsPages"/> asks for it.</param>
    /// <param name="clock">The silo's clock.</param>
    public static long Spendable(Account account, AccountPages? pages, DateTimeOffset clock)
    {
        var now = Now(account, clock);
        return account.DueOn <= now ? AsDue(account, pages, now).Available : account.Available;
    }

    /// <summary>The expiry notice reaches beyond the lots in the account's row, or something is due.</summary>
    public static bool BalanceNeedsPages(Account account, DateTimeOffset clock, int noticeDays)
    {
        var now = Now(account, clock);
        return NeedsPages(account, now)
            || (
                account.PagedLots > 0
                && (account.Lots.IsEmpty || account.Lots[^1].ExpiresAt <= now.AddDays(noticeDays))
            );
    }

    /// <summary>The balance with what is due at this moment applied.</summary>
    /// <param name="account">As committed.</param>
    /// <param name="pages">What is not in its row, when <see cref="BalanceNeedsPages"/> asks for it.</param>
    /// <param name="clock">The silo's clock.</param>
    /// <param name="noticeDays">Days ahead of an expiry from which it is shown.</param>
    public static Balance BalanceOf(
        Account account,
        AccountPages? pages,
        DateTimeOffset clock,
        int noticeDays
    )
    {
        var now = Now(account, clock);
        var due = AsDue(account, pages, now);
        return new Balance
        {
            Available = due.Available,
            Pending = due.Pending,
            Held = due.Held,
            Debt = due.Debt,
            LifetimeEarned = account.LifetimeEarned,
            LifetimeSpent = account.LifetimeSpent,
            ExpiringSoon =
            [
                .. due
                    .Lots.Active.TakeWhile(lot => lot.ExpiresAt <= now.AddDays(noticeDays))
                    .GroupBy(lot => lot.ExpiresAt)
                    .Select(day => new ExpiringPoints(day.Sum(lot => lot.Remaining), day.Key)),
            ],
        };
    }

    /// <summary>What <see cref="Draft.Open"/> would post, without posting it.</summary>
    private static (long Available, long Pending, long Held, long Debt, LotBook Lots) AsDue(
        Account account,
        AccountPages? pages,
        DateTimeOffset now
    )
    {
        var lots = LotBook.Open(account, pages?.Lots);
        var released = 0L;
        foreach (var ended in new HoldBook(pages?.Holds ?? []).Ended(now))
        {
            released += Sum(
                lots.GiveBack(ended.Lots, ended.Hold.ExpiresAt, ended.LateUntil, number: 0)
            );
        }
        var activated = Sum(lots.Activate(now));
        var available = account.Available + released + activated - Sum(lots.Expire(now));
        var paid = Math.Min(available, account.Debt);
        lots.Draw(paid);
        return (
            available - paid,
            account.Pending - activated,
            account.Held - released,
            account.Debt - paid,
            lots
        );
    }

    /// <summary>A decision's now: time never runs back for a member, and is as fine as the database keeps it.</summary>
    public static DateTimeOffset Now(Account account, DateTimeOffset clock) =>
        Instants.Truncate(Instants.Later(clock, account.LastAt));

    private static long Sum(ImmutableArray<EntryLot> lots) => lots.Sum(lot => lot.Points);
}
