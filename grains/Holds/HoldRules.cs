using PointsMall.Grains.Members;

namespace PointsMall.Grains.Holds;

/// <summary>
/// Sets points aside and decides what becomes of them. The points leave their lots, which go on without them; so they don't expire while
/// they are held. What a hold gives back returns to its lots with their own expiry. Where that has passed, it is good for the programme's
/// grace (<see cref="ProgrammeSettings.ReturnGraceDays"/>), as after a cancel.
/// </summary>
public static class HoldRules
{
    /// <summary>Open holds of one member.</summary>
    public const int MaxOpen = 100;

    /// <summary>Ninety days: cash that has not come by then does not come.</summary>
    public const int MaxSeconds = 7_776_000;

    internal const string CauseKind = "hold";
    private const string Captured = "captured";

    public static MemberDecision Place(
        Account account,
        PlaceHoldCommand command,
        DecisionContext context
    )
    {
        if (command.Points < 1 || command.Points > context.Settings.MaxPointsPerCommand)
        {
            return MemberDecision.Refuse(
                Refusal.Invalid("points", $"must be 1 to {context.Settings.MaxPointsPerCommand}")
            );
        }
        if (command.Seconds is < 1 or > MaxSeconds)
        {
            return MemberDecision.Refuse(Refusal.Invalid("seconds", $"must be 1 to {MaxSeconds}"));
        }
        var now = Accounts.Now(account, context.Clock);
        if (OpenWithHolds(account, command.Header, context, now) is not { } draft)
        {
            return MemberDecision.WithoutPages;
        }
        if (draft.Holds.Count >= MaxOpen)
        {
            return MemberDecision.Refuse(RefusalCode.TooManyHolds);
        }
        if (command.Points > draft.Available)
        {
            return MemberDecision.InsufficientPoints(command.Points, draft.Available);
        }
        if (draft.Lots.Draw(command.Points) is not { } lots)
        {
            return MemberDecision.WithoutPages;
        }
        var expiresAt = now.AddSeconds(command.Seconds);
        var hold = new Hold
        {
            HoldId = command.Header.CommandId,
            Status = HoldStatus.Open,
            Points = command.Points,
            Captured = 0,
            Reason = command.Reason,
            PlacedAt = now,
            ExpiresAt = expiresAt,
        };
        draft.Holds.Add(new(hold, lots, context.GraceAfter(expiresAt)));
        draft.Post(
            new()
            {
                Type = EntryType.Hold,
                Account = EntryAccount.Available,
                Points = -command.Points,
                Contra = Postings.Held,
                Lots = lots,
                CauseKind = CauseKind,
                CauseId = hold.HoldId,
                Reason = command.Reason,
            }
        );
        return draft.Close() with { Hold = hold };
    }

    /// <param name="account">As committed.</param>
    /// <param name="stored">The hold as its row stands; null when the member has none of this id.</param>
    /// <param name="command">Asked for.</param>
    /// <param name="context">What else is known.</param>
    public static MemberDecision Capture(
        Account account,
        StoredHold? stored,
        CaptureHoldCommand command,
        DecisionContext context
    )
    {
        if (Find(account, stored, command.Header, context) is not (var draft, { } open))
        {
            return Missing(stored, context, account);
        }
        var points = command.Points ?? open.Hold.Points;
        if (points < 1 || points > open.Hold.Points)
        {
            return MemberDecision.Refuse(
                Refusal.Invalid("points", $"must be 1 to {open.Hold.Points}, what the hold has")
            );
        }
        var (captured, rest) = Split(open.Lots, points);
        draft.Post(
            new()
            {
                Type = EntryType.Capture,
                Account = EntryAccount.Held,
                Points = -points,
                Contra = Captured,
                Lots = captured,
                CauseKind = CauseKind,
                CauseId = open.Hold.HoldId,
                Reason = open.Hold.Reason,
            }
        );
        draft.LifetimeSpent = checked(draft.LifetimeSpent + points);
        if (!rest.IsEmpty)
        {
            draft.PostRelease(open.Hold, rest, draft.Now, context.GraceAfter(draft.Now));
            draft.PostExpired();
        }
        var hold = draft.Holds.Close(open, HoldStatus.Captured, points, draft.Now);
        return draft.Close() with { Hold = hold };
    }

    /// <inheritdoc cref="Capture"/>
    public static MemberDecision Release(
        Account account,
        StoredHold? stored,
        ReleaseHoldCommand command,
        DecisionContext context
    )
    {
        if (Find(account, stored, command.Header, context) is not (var draft, { } open))
        {
            return Missing(stored, context, account);
        }
        draft.PostRelease(
            open.Hold,
            open.Lots,
            draft.Now,
            context.GraceAfter(draft.Now),
            reason: command.Reason
        );
        draft.PostExpired();
        var hold = draft.Holds.Close(open, HoldStatus.Released, captured: 0, draft.Now);
        return draft.Close() with { Hold = hold };
    }

    private static Draft? OpenWithHolds(
        Account account,
        CommandHeader header,
        DecisionContext context,
        DateTimeOffset now
    ) =>
        account.Held > 0 && context.Pages is null
            ? null
            : Draft.Open(account, header, context, now);

    /// <summary>The hold, if it is still open once what is due is applied.</summary>
    private static (Draft Draft, StoredHold Open)? Find(
        Account account,
        StoredHold? stored,
        CommandHeader header,
        DecisionContext context
    )
    {
        if (stored is null || context.Pages is null)
        {
            return null;
        }
        var now = Accounts.Now(account, context.Clock);
        var draft = Draft.Open(account, header, context, now)!;
        return draft.Holds.Find(stored.Hold.HoldId) is { } open ? (draft, open) : null;
    }

    private static MemberDecision Missing(
        StoredHold? stored,
        DecisionContext context,
        Account account
    )
    {
        if (stored is null)
        {
            return MemberDecision.Refuse(RefusalCode.HoldNotFound);
        }
        if (context.Pages is null)
        {
            return MemberDecision.WithoutPages;
        }
        return MemberDecision.Refuse(
            new Refusal
            {
                Code = RefusalCode.HoldNotOpen,
                HoldStatus =
                    stored.Hold.Status == HoldStatus.Open ? HoldStatus.Expired : stored.Hold.Status,
                ServerTime = Accounts.Now(account, context.Clock),
            }
        );
    }

    /// <summary>Lots that expire first are spent first.</summary>
    private static (ImmutableArray<EntryLot> Taken, ImmutableArray<EntryLot> Left) Split(
        ImmutableArray<EntryLot> lots,
        long points
    )
    {
        var taken = ImmutableArray.CreateBuilder<EntryLot>();
        var rest = ImmutableArray.CreateBuilder<EntryLot>();
        foreach (var lot in lots)
        {
            var part = Math.Min(lot.Points, points);
            points -= part;
            if (part > 0)
            {
                taken.Add(lot with { Points = part });
            }
            if (part < lot.Points)
            {
                rest.Add(lot with { Points = lot.Points - part });
            }
        }
        return (taken.DrainToImmutable(), rest.DrainToImmutable());
    }
}
