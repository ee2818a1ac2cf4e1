using PointsMall.Grains.Members;

namespace PointsMall.Grains.Verification;

/// <summary>One member's entries, replayed from the first; what they come to is held against the account's row.</summary>
internal sealed class MemberBooks(Guid memberId, Findings findings)
{
    /// <summary>The kind of a cause that is an order.</summary>
    public const string OrderCause = "order";

    private readonly LotReplay _lots = new(memberId, findings);
    private Hash32 _head = LedgerHash.Genesis(memberId);
    private long _available;
    private long _pending;
    private long _held;
    private long _debt;
    private long _earned;
    private long _spent;

    /// <summary>The last entry's sequence.</summary>
    public long Sequence { get; private set; }

    public void Post(LedgerEntry entry, Hash32? textHash)
    {
        findings.Looked(Check.Chain);
        findings.Looked(Check.Postings);
        Link(entry, textHash);
        if (!Fits(entry))
        {
            Found(
                Check.Postings,
                entry,
                $"{entry.Type} of {entry.Points} on {entry.Account} against another account's contra"
            );
        }
        Add(entry);
        if (entry.BalanceAfter != _available)
        {
            Found(
                Check.Balances,
                entry,
                $"balance after is {entry.BalanceAfter}, its entries come to {_available}"
            );
        }
        _lots.Apply(entry);
    }

    /// <summary>After the last entry.</summary>
    /// <param name="account">The account's row.</param>
    /// <param name="pagedLots">The member's rows of <c>point_lot</c>.</param>
    public void Close(Account account, List<PagedLotChange> pagedLots)
    {
        findings.Looked(Check.Balances);
        if (account.Sequence != Sequence || account.HeadHash != _head)
        {
            findings.Add(
                Check.Chain,
                $"member {memberId}",
                $"the account's head is entry {account.Sequence}, the last entry is {Sequence}"
                    + (account.HeadHash == _head ? "" : " with another hash"),
                memberId
            );
        }
        Compare("available less debt", account.Available - account.Debt, _available);
        Compare("pending", account.Pending, _pending);
        Compare("held", account.Held, _held);
        Compare("debt", account.Debt, _debt);
        Compare("lifetime earned", account.LifetimeEarned, _earned);
        Compare("lifetime spent", account.LifetimeSpent, _spent);
        if (account.Available > 0 && account.Debt > 0)
        {
            findings.Add(
                Check.Balances,
                $"member {memberId} debt",
                "has points and owes points",
                memberId
            );
        }
        _lots.Close(account, pagedLots);
    }

    private void Link(LedgerEntry entry, Hash32? textHash)
    {
        if (entry.Sequence != Sequence + 1)
        {
            Found(Check.Chain, entry, $"follows entry {Sequence}");
        }
        else if (entry.PreviousHash != _head)
        {
            Found(Check.Chain, entry, $"is not chained to the hash of entry {Sequence}");
        }
        if (LedgerHash.Of(entry, textHash) != entry.Hash)
        {
            Found(Check.Chain, entry, "does not have the hash of what it says");
        }
        Sequence = entry.Sequence;
        _head = entry.Hash;
    }

    private void Add(LedgerEntry entry)
    {
        Change(entry.Account, entry.Points);
        switch (entry.Contra)
        {
            case "pending":
                Change(EntryAccount.Pending, -entry.Points);
                break;
            case "held":
                Change(EntryAccount.Held, -entry.Points);
                break;
            case "debt":
                Change(EntryAccount.Debt, -entry.Points);
                break;
        }
        switch (entry.Type)
        {
            case EntryType.Grant or EntryType.Earning or EntryType.Reversal:
                _earned += entry.Points;
                break;
            case EntryType.Redemption or EntryType.Cancellation or EntryType.Capture:
                _spent -= entry.Points;
                break;
        }
    }

    private void Change(EntryAccount account, long points)
    {
        switch (account)
        {
            case EntryAccount.Available:
                _available += points;
                break;
            case EntryAccount.Pending:
                _pending += points;
                break;
            case EntryAccount.Held:
                _held += points;
                break;
            case EntryAccount.Debt:
                _available += points;
                _debt -= points;
                break;
        }
    }

    private static bool Fits(LedgerEntry entry)
    {
        var (positive, contra) = entry.Type switch
        {
            EntryType.Grant => (true, "issued:"),
            EntryType.Deduction => (false, "deducted"),
            EntryType.Redemption => (false, "redeemed"),
            EntryType.Cancellation => (true, "redeemed"),
            EntryType.Activation => (true, "pending"),
            EntryType.Expiry => (false, "expired"),
            EntryType.Hold => (false, "held"),
            EntryType.Release => (true, "held"),
            EntryType.Capture => (false, "captured"),
            EntryType.Repayment => (false, "debt"),
            EntryType.Adjustment => (entry.Points > 0, "adjusted"),
            EntryType.Extension => (entry.Points > 0, "extended"),
            EntryType.Earning => (true, "issued:"),
            EntryType.Reversal => (false, "issued:"),
            _ => (true, ""),
        };
        var contraFits =
            contra == "issued:"
                ? entry.Contra.Length > contra.Length
                    && entry.Contra.StartsWith(contra, StringComparison.Ordinal)
                : entry.Contra == contra;
        var accountFits = entry.Type switch
        {
            EntryType.Capture => entry.Account == EntryAccount.Held,
            EntryType.Grant or EntryType.Earning => entry.Account
                is EntryAccount.Available
                    or EntryAccount.Pending,
            EntryType.Reversal => entry.Account != EntryAccount.Held,
            _ => entry.Account == EntryAccount.Available,
        };
        return contraFits && accountFits && entry.Points != 0 && entry.Points > 0 == positive;
    }

    private void Compare(string column, long stored, long summed)
    {
        if (stored != summed)
        {
            findings.Add(
                Check.Balances,
                $"member {memberId} {column}",
                $"the account has {stored}, its entries come to {summed}",
                memberId
            );
        }
    }

    /// <summary>
    /// An entry that is not what was written concerns its order. Balances behind a changed entry are all off: that its later orders show it
    /// says nothing of them.
    /// </summary>
    private void Found(Check check, LedgerEntry entry, string why) =>
        findings.Add(
            check,
            $"entry {entry.MemberId} {entry.Sequence}",
            why,
            memberId,
            check != Check.Balances && entry.CauseKind == OrderCause ? entry.CauseId : null
        );
}
