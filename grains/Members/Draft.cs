namespace PointsMall.Grains.Members;

/// <summary>
/// A decision in the making: a working copy of the account on which entries are posted. What is due at <see cref="Now"/> is posted
/// first, activations before expiries. Nobody else sees the copy, so a refusal just drops it.
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

    private Draft(Account before, CommandHeader header, DecisionContext context, DateTimeOffset now)
    {
        _before = before;
        _header = header;
        _context = context;
        Now = now;
        Lots = LotBook.Open(before, context.PagedLots);
        _sequence = before.Sequence;
        _headHash = before.HeadHash;
        Available = before.Available;
        Pending = before.Pending;
        LifetimeEarned = before.LifetimeEarned;
        LifetimeSpent = before.LifetimeSpent;
    }

    public DateTimeOffset Now { get; }
    public LotBook Lots { get; }
    public long Available { get; private set; }
    public long Pending { get; private set; }
    public long LifetimeEarned { get; set; }
    public long LifetimeSpent { get; set; }

    /// <summary>The sequence of the next entry; the number of a lot that it opens.</summary>
    public long NextSequence => _sequence + 1;

    /// <param name="before">The account as committed.</param>
    /// <param name="header">The command's.</param>
    /// <param name="context">What else is known.</param>
    /// <param name="now">The decision's now.</param>
    /// <returns>Null when something is due and the paged lots, which may be part of it, were not read.</returns>
    public static Draft? Open(
        Account before,
        CommandHeader header,
        DecisionContext context,
        DateTimeOffset now
    )
    {
        var draft = new Draft(before, header, context, now);
        if (!(before.DueOn <= now))
        {
            return draft;
        }
        if (!draft.Lots.Complete)
        {
            return null;
        }
        draft.PostDue(EntryType.Activation, Postings.Pending, draft.Lots.Activate(now), sign: 1);
        draft.PostDue(EntryType.Expiry, "expired", draft.Lots.Expire(now), sign: -1);
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
            default:
                throw new ArgumentOutOfRangeException(nameof(posting), posting.Account, null);
        }
        if (posting.Contra == Postings.Pending)
        {
            Pending = checked(Pending - posting.Points);
        }
        var entry = new LedgerEntry
        {
            MemberId = _before.MemberId,
            Sequence = ++_sequence,
            Type = posting.Type,
            Account = posting.Account,
            Points = posting.Points,
            Contra = posting.Contra,
            BalanceAfter = Available - _before.Debt,
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

    /// <summary>Posts what expires within the command itself.</summary>
    public void PostExpiry(ImmutableArray<EntryLot> lots) =>
        PostDue(EntryType.Expiry, "expired", lots, sign: -1);

    /// <summary>All that one commit writes, or the refusal of an account with too many lots.</summary>
    public MemberDecision Close(CounterBook? counters = null)
    {
        if (Lots.Count > Account.MaxLots && Lots.Count > LotsBefore)
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
                LifetimeEarned = LifetimeEarned,
                LifetimeSpent = LifetimeSpent,
                Sequence = _sequence,
                HeadHash = _headHash,
                LastAt = Now,
                RecentKeys = RecentKeys.With(_before.RecentKeys, _header, version),
                KeyedCommands = _before.KeyedCommands + (_header.Key is null ? 0 : 1),
            },
            out var pagedLots
        );
        Lots.Check(next);
        var pagedCounters = ImmutableArray<LimitCounter>.Empty;
        return new MemberDecision
        {
            Next = counters is null ? next : counters.Close(next, out pagedCounters),
            Entries = _entries.DrainToImmutable(),
            PagedLots = pagedLots,
            PagedCounters = pagedCounters,
        };
    }

    private int LotsBefore => _before.Lots.Length + _before.PendingLots.Length + _before.PagedLots;

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
