using PointsMall.Grains.Holds;

namespace PointsMall.Grains.Members;

/// <summary>
/// A decision in the making: a working copy of the account on which entries are posted. What is due at <see cref="Now"/> is posted
/// first: holds whose time ran out, then activations, then expiries. What is owed is paid off before anything can be spent. Nobody else sees the copy, so a refusal just drops it.
/// </summary>
internal sealed class Draft
{
    private readonly Account _before;
    private readonly CommandHeader _header;
    private readonly DecisionContext _context;
    private readonly ImmutableArray<LedgerEntry>.Builder _entries =
        ImmutableArray.CreateBuilder<LedgerEntry>();
    private long _sequence;
    private Hash32 _headHash;
    private int _lotsAtFirst;

    private Draft(Account before, CommandHeader header, DecisionContext context, DateTimeOffset now)
    {
        _before = before;
        _header = header;
        _context = context;
        Now = now;
        Lots = LotBook.Open(before, context.Pages?.Lots);
        Holds = new HoldBook(context.Pages?.Holds ?? []);
        _sequence = before.Sequence;
        _headHash = before.HeadHash;
        Available = before.Available;
        Pending = before.Pending;
        Held = before.Held;
        Debt = before.Debt;
        LifetimeEarned = before.LifetimeEarned;
        LifetimeSpent = before.LifetimeSpent;
    }

    public DateTimeOffset Now { get; }
    public LotBook Lots { get; }

    /// <summary>The open holds, when they were read; see <see cref="DecisionContext.Pages"/>.</summary>
    public HoldBook Holds { get; }
    public long Available { get; private set; }
    public long Pending { get; private set; }
    public long Held { get; private set; }
    public long Debt { get; private set; }
    public long LifetimeEarned { get; set; }
    public long LifetimeSpent { get; set; }

    /// <summary>The sequence of the next entry; the number of a lot that it opens.</summary>
    public long NextSequence => _sequence + 1;

    /// <param name="before">The account as committed.</param>
    /// <param name="header">The command's.</param>
    /// <param name="context">What else is known.</param>
    /// <param name="now">The decision's now.</param>
    /// <returns>Null when something is due and what is not in the account's row, which may be part of it, was not read.</returns>
    public static Draft? Open(
        Account before,
        CommandHeader header,
        DecisionContext context,
        DateTimeOffset now
    )
    {
        var draft = new Draft(before, header, context, now);
        if (before.DueOn <= now)
        {
            if (context.Pages is null && AccountPages.Has(before))
            {
                return null;
            }
            draft.PostAllDue();
        }
        draft._lotsAtFirst = draft.Lots.Count;
        return draft;
    }

    /// <summary>Adds an entry to the chain and moves the columns that it is about.</summary>
    public LedgerEntry Post(Posting posting)
    {
        switch (posting.Account)
        {
            case EntryAccount.Available:
                Available = checked(Available + posting.Points);
                break;
            case EntryAccount.Pending:
                Pending = checked(Pending + posting.Points);
                break;
            case EntryAccount.Held:
                Held = checked(Held + posting.Points);
                break;
            case EntryAccount.Debt:
                Debt = checked(Debt - posting.Points);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(posting), posting.Account, null);
        }
        switch (posting.Contra)
        {
            case Postings.Pending:
                Pending = checked(Pending - posting.Points);
                break;
            case Postings.Held:
                Held = checked(Held - posting.Points);
                break;
            case Postings.Debt:
                Debt = checked(Debt + posting.Points);
                break;
        }
        var entry = new LedgerEntry
        {
            MemberId = _before.MemberId,
            Sequence = ++_sequence,
            Type = posting.Type,
            Account = posting.Account,
            Points = posting.Points,
            Contra = posting.Contra,
            BalanceAfter = Available - Debt,
            Lots = posting.Lots,
            CauseKind = posting.CauseKind,
            CauseId = posting.CauseId,
            Actor = posting.Actor ?? _header.Actor,
            Text = posting.Reason is null ? null : TextOf(posting.Reason),
            OccurredAt = Now,
            PreviousHash = _headHash,
            Hash = default,
        };
        entry = entry with { Hash = LedgerHash.Of(entry) };
        _headHash = entry.Hash;
        _entries.Add(entry);
        return entry;
    }

    /// <summary>Posts what became spendable within the command itself.</summary>
    public void PostActivated() =>
        PostDue(EntryType.Activation, Postings.Pending, Lots.Activate(Now), sign: 1);

    /// <summary>Posts what expires within the command itself.</summary>
    public void PostExpired() => PostDue(EntryType.Expiry, "expired", Lots.Expire(Now), sign: -1);

    /// <inheritdoc cref="LotBook.GiveBack"/>
    public ImmutableArray<EntryLot> GiveBack(
        ImmutableArray<EntryLot> lots,
        DateTimeOffset at,
        DateTimeOffset? lateUntil
    )
    {
        var before = Lots.Count;
        var given = Lots.GiveBack(lots, at, lateUntil, NextSequence);
        // What comes back is never refused for the lots that it opens again.
        _lotsAtFirst += Lots.Count - before;
        return given;
    }

    /// <summary>Posts what a hold gives back.</summary>
    public void PostRelease(
        Hold hold,
        ImmutableArray<EntryLot> lots,
        DateTimeOffset at,
        DateTimeOffset? lateUntil,
        ActorKind? actor = null,
        string? reason = null
    ) =>
        Post(
            new()
            {
                Type = EntryType.Release,
                Account = EntryAccount.Available,
                Points = lots.Sum(lot => lot.Points),
                Contra = Postings.Held,
                Lots = GiveBack(lots, at, lateUntil),
                CauseKind = HoldRules.CauseKind,
                CauseId = hold.HoldId,
                Actor = actor,
                Reason = reason,
            }
        );

    /// <summary>All that one commit writes, or the refusal of an account with too many lots.</summary>
    public MemberDecision Close(CounterBook? counters = null)
    {
        PayDebt();
        if (Lots.Count > Account.MaxLots && Lots.Count > _lotsAtFirst)
        {
            return MemberDecision.Refuse(RefusalCode.TooManyLots);
        }
        var version = _before.Version + 1;
        var next = Lots.Close(
            _before with
            {
                Version = version,
                Available = Available,
                Pending = Pending,
                Held = Held,
                Debt = Debt,
                LifetimeEarned = LifetimeEarned,
                LifetimeSpent = LifetimeSpent,
                Sequence = _sequence,
                HeadHash = _headHash,
                LastAt = Now,
                RecentKeys = RecentKeys.With(_before.RecentKeys, _header, version),
                KeyedCommands = _before.KeyedCommands + (_header.Key is null ? 0 : 1),
            },
            Holds.FirstEnd,
            out var pagedLots
        );
        Lots.Check(next);
        var pagedCounters = ImmutableArray<LimitCounter>.Empty;
        return new MemberDecision
        {
            Next = counters is null ? next : counters.Close(next, out pagedCounters),
            Entries = _entries.DrainToImmutable(),
            Holds = Holds.Changes,
            PagedLots = pagedLots,
            PagedCounters = pagedCounters,
        };
    }

    /// <summary>The order of a day's change; balances read by SQL come to the same (member_balance).</summary>
    private void PostAllDue()
    {
        foreach (var stored in Holds.Ended(Now))
        {
            PostRelease(
                stored.Hold,
                stored.Lots,
                stored.Hold.ExpiresAt,
                stored.LateUntil,
                ActorKind.System
            );
            Holds.Close(stored, HoldStatus.Expired, captured: 0, Now);
        }
        PostActivated();
        PostExpired();
        PayDebt();
    }

    /// <summary>Nobody has points and owes points: what becomes available pays off first.</summary>
    private void PayDebt()
    {
        var points = Math.Min(Available, Debt);
        if (points == 0)
        {
            return;
        }
        Post(
            new()
            {
                Type = EntryType.Repayment,
                Account = EntryAccount.Available,
                Points = -points,
                Contra = Postings.Debt,
                // Whoever owes has no active lot but those that were just added.
                Lots = Lots.Draw(points)!.Value,
                CauseKind = "debt",
                CauseId = _header.CommandId,
                Actor = ActorKind.System,
            }
        );
    }

    private void PostDue(EntryType type, string contra, ImmutableArray<EntryLot> lots, int sign)
    {
        if (lots.IsEmpty)
        {
            return;
        }
        Post(
            new()
            {
                Type = type,
                Account = EntryAccount.Available,
                Points = sign * lots.Sum(lot => lot.Points),
                Contra = contra,
                Lots = lots,
                CauseKind = "lot",
                CauseId = _header.CommandId,
                Actor = ActorKind.System,
            }
        );
    }

    private LedgerText TextOf(string reason) =>
        _context.Salt.Length == LedgerText.SaltSize
            ? new(_context.Salt, _header.Principal, reason)
            : throw new InvalidOperationException("A text needs 16 bytes of salt.");
}

/// <summary>An entry before it has its place in the chain.</summary>
internal sealed record Posting
{
    public required EntryType Type { get; init; }
    public required EntryAccount Account { get; init; }
    public required long Points { get; init; }
    public required string Contra { get; init; }
    public required ImmutableArray<EntryLot> Lots { get; init; }
    public required string CauseKind { get; init; }
    public required Guid CauseId { get; init; }

    /// <summary>The command's actor when null.</summary>
    public ActorKind? Actor { get; init; }

    /// <summary>Null when there is nothing to say.</summary>
    public string? Reason { get; init; }
}
