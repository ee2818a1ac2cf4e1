using PointsMall.Grains.Members;

namespace PointsMall.Grains.Earning;

/// <summary>
/// Carries out an event on a member's account: books what the rules give, and for a refund takes back what was recorded when its purchase
/// earned. Pure.
/// </summary>
public static class EventDecision
{
    internal const string CauseKind = "event";

    /// <summary>Clocks of partners may be ahead of ours by so much.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    public static MemberDecision Decide(
        Account account,
        EarnCommand command,
        EventKnowledge known,
        DecisionContext context
    )
    {
        var now = Accounts.Now(account, context.Clock);
        if (command.Event.OccurredAt > now + MaxAhead)
        {
            return MemberDecision.Refuse(
                Refusal.Invalid("occurredAt", $"must not be after {now + MaxAhead:u}")
            );
        }
        if (known.Purchase is { } purchase && purchase.MemberId != account.MemberId)
        {
            return MemberDecision.Refuse(RefusalCode.PurchaseOfAnotherMember);
        }
        return Draft.Open(account, command.Header, context, now) is { } draft
            ? new EventWork(account, draft, command, known, context).Run()
            : MemberDecision.WithoutPages;
    }
}

/// <summary>One event while it is carried out.</summary>
internal sealed class EventWork(
    Account account,
    Draft draft,
    EarnCommand command,
    EventKnowledge known,
    DecisionContext context
)
{
    private readonly EarningEvent _event = command.Event;
    private readonly List<EarnedAward> _awards = [];
    private readonly List<StoredAward> _stored = [];
    private readonly List<ReversedAward> _reversals = [];
    private readonly List<CounterUse> _uses = [];
    private readonly List<NotFired> _notFired = [.. known.Earned.NotFired];
    private readonly Dictionary<string, BudgetDelta> _budgets = new(StringComparer.Ordinal);

    public MemberDecision Run() =>
        _event.Type switch
        {
            EventTypes.PurchasePaid => Pay(),
            EventTypes.PurchaseRefunded or EventTypes.PurchaseDelivered => Follow(),
            EventTypes.CheckIn when known.CheckIn is null => Close(
                EventStatus.AlreadyCheckedIn,
                purchase: null
            ),
            _ => Give(orderId: null, deliveredAt: null)
                ?? Close(EventStatus.Nothing, purchase: null),
        };

    private MemberDecision Pay()
    {
        var paid = _event.Purchase!;
        if (known.Purchase is { PaidAt: not null })
        {
            return Close(EventStatus.AlreadyPaid, purchase: null);
        }
        var before = known.Purchase;
        var delivery = before?.Waiting.FirstOrDefault(e => e.Type == EventTypes.PurchaseDelivered);
        if (Give(paid.OrderId, delivery?.OccurredAt) is { } refused)
        {
            return refused;
        }
        var book = new PurchaseBook(
            new StoredPurchase
            {
                Partner = command.Header.Principal,
                OrderId = paid.OrderId,
                MemberId = account.MemberId,
                PaidAt = _event.OccurredAt,
                DeliveredAt = delivery?.OccurredAt,
                Lines = PurchaseBook.LinesOf(paid),
                Awards = [.. _stored],
            }
        );
        foreach (var refund in before?.Waiting ?? [])
        {
            if (refund.Type == EventTypes.PurchaseRefunded)
            {
                // Its sender was told that it waits: what does not fit the purchase is left out.
                book.Refund(refund.Refund, strict: false);
                if (!TakeBack(book, refund.EventId))
                {
                    return MemberDecision.WithoutPages;
                }
            }
        }
        return Close(EventStatus.Nothing, book.Purchase);
    }

    private MemberDecision Follow()
    {
        if (known.Purchase is not { PaidAt: not null } purchase)
        {
            return Wait();
        }
        var book = new PurchaseBook(purchase);
        if (_event.Type == EventTypes.PurchaseDelivered)
        {
            return Deliver(book)
                ? Close(EventStatus.Nothing, book.Purchase)
                : MemberDecision.WithoutPages;
        }
        if (book.Refund(_event.Refund, strict: true) is { } invalid)
        {
            return MemberDecision.Refuse(invalid);
        }
        return TakeBack(book, _event.EventId)
            ? Close(EventStatus.Nothing, book.Purchase)
            : MemberDecision.WithoutPages;
    }

    private MemberDecision Wait()
    {
        var waiting = known.Purchase?.Waiting ?? [];
        if (waiting.Length >= StoredPurchase.MaxWaiting)
        {
            return MemberDecision.Refuse(
                Refusal.Invalid(
                    "orderId",
                    $"has {StoredPurchase.MaxWaiting} events that wait for its purchase; send that first"
                )
            );
        }
        return Close(
            EventStatus.Waiting,
            new StoredPurchase
            {
                Partner = command.Header.Principal,
                OrderId = _event.OrderId!,
                MemberId = account.MemberId,
                Waiting = waiting.Add(_event),
            }
        );
    }

    /// <summary>Books what the rules give; a decision only when that could not be done.</summary>
    private MemberDecision? Give(string? orderId, DateTimeOffset? deliveredAt)
    {
        foreach (var award in known.Earned.Awards)
        {
            if (WithinBudget(award) is not { } given)
            {
                _notFired.Add(new(award.RuleId, NotFiredReason.CapReached));
                continue;
            }
            if (given.Points > Grant.MaxBalance - draft.Available - draft.Pending - draft.Held)
            {
                return MemberDecision.Refuse(
                    Refusal.Invalid("eventId", $"would raise the balance above {Grant.MaxBalance}")
                );
            }
            if (!Book(given, orderId, deliveredAt))
            {
                return MemberDecision.WithoutPages;
            }
        }
        return null;
    }

    private Award? WithinBudget(Award award)
    {
        if (award.Budget is not { } budget)
        {
            return award;
        }
        var taken = _budgets.GetValueOrDefault(budget.Id).Points;
        var left = budget.Limit - known.BudgetsUsed.GetValueOrDefault(budget.Id) - taken;
        if (left < 1 || (left < award.Points && budget.Over == CapOver.Reject))
        {
            return null;
        }
        var given = award.ClipTo(Math.Min(left, award.Points));
        _budgets[budget.Id] = new(budget.Id, taken + given.Points, budget.Limit);
        return given;
    }

    private bool Book(Award award, string? orderId, DateTimeOffset? deliveredAt)
    {
        // Only a purchase can be delivered; for all else the event itself is when it begins.
        var dueAt = award.Activation.At(
            context.Calendar,
            _event.OccurredAt,
            orderId is null ? _event.OccurredAt : deliveredAt
        );
        var activatesAt = dueAt is { } at ? Instants.Later(at, draft.Now) : DateTimeOffset.MaxValue;
        var pending = activatesAt > draft.Now;
        var expiresAt = dueAt is null
            ? DateTimeOffset.MaxValue
            : award.Validity.ExpiresAt(context.Calendar, activatesAt);
        // What waits for a delivery joins no other lot: each gets dates of its own later.
        var source = dueAt is null
            ? $"{award.Source} {command.Header.Principal} {orderId} {award.RuleId}"
            : award.Source;
        var lot = new Lot(draft.NextSequence, award.Points, expiresAt, LotBook.SourceOf(source));
        if (
            pending
                ? draft.Lots.NeedsPagedLotsToAddPending(activatesAt)
                : draft.Lots.NeedsPagedLotsToAdd(expiresAt)
        )
        {
            return false;
        }
        var number = pending ? draft.Lots.AddPending(new(lot, activatesAt)) : draft.Lots.Add(lot);
        draft.LifetimeEarned = checked(draft.LifetimeEarned + award.Points);
        var entry = draft.Post(
            new()
            {
                Type = EntryType.Earning,
                Account = pending ? EntryAccount.Pending : EntryAccount.Available,
                Points = award.Points,
                Contra = $"issued:{award.Source}",
                Lots = [new(number, award.Points, Instants.OrNever(expiresAt))],
                CauseKind = EventDecision.CauseKind,
                CauseId = command.Header.CommandId,
            }
        );
        draft.PostExpired();
        _uses.AddRange(award.Uses);
        _awards.Add(
            new()
            {
                Sequence = entry.Sequence,
                RuleId = award.RuleId,
                Source = award.Source,
                Points = award.Points,
                Lines = award.Lines,
                ActivatesAt = Instants.OrNever(activatesAt),
                ExpiresAt = dueAt is null ? null : Instants.OrNever(expiresAt),
                Steps = award.Steps,
            }
        );
        _stored.Add(
            new()
            {
                Sequence = entry.Sequence,
                Lot = number,
                RuleId = award.RuleId,
                Source = award.Source,
                Lines =
                [
                    .. award.Lines.Select(line => new StoredLineAward(line.LineId, line.Points, 0)),
                ],
                Activation = award.Activation,
                Validity = award.Validity,
                ExpiresAt = dueAt is null ? null : expiresAt,
                Uses = award.Uses,
                Budget = award.Budget?.Id,
            }
        );
        return true;
    }

    /// <summary>Return windows that count from the delivery begin; a second delivery changes nothing.</summary>
    private bool Deliver(PurchaseBook book)
    {
        if (book.Purchase.DeliveredAt is not null)
        {
            return true;
        }
        if (!KnowsAllLots)
        {
            return false;
        }
        book.Deliver(
            _event.OccurredAt,
            award =>
            {
                var activatesAt = Instants.Later(
                    award
                        .Activation.At(
                            context.Calendar,
                            book.Purchase.PaidAt!.Value,
                            _event.OccurredAt
                        )!
                        .Value,
                    draft.Now
                );
                var expiresAt = award.Validity.ExpiresAt(context.Calendar, activatesAt);
                draft.Lots.Schedule(
                    award.Lot,
                    LotBook.SourceOf(award.Source),
                    activatesAt,
                    expiresAt
                );
                return expiresAt;
            }
        );
        draft.PostActivated();
        draft.PostExpired();
        return true;
    }

    /// <summary>Takes back what the refunds so far ask for and was not taken back before.</summary>
    /// <returns>False when that needs the paged lots.</returns>
    private bool TakeBack(PurchaseBook book, string refundId)
    {
        foreach (var (award, points) in book.Due())
        {
            if (!KnowsAllLots)
            {
                return false;
            }
            var fromPending = Take(award, points, EntryAccount.Pending);
            var fromAvailable = Take(award, points - fromPending, EntryAccount.Available);
            var left = points - fromPending - fromAvailable;
            var owed = Math.Clamp((context.Settings.DebtLimit ?? 0) - draft.Debt, 0, left);
            if (owed > 0)
            {
                Post(award, EntryAccount.Debt, owed, []);
            }
            draft.LifetimeEarned -= points - (left - owed);
            _reversals.Add(
                new(
                    refundId,
                    award.Sequence,
                    award.RuleId,
                    points,
                    fromPending,
                    fromAvailable,
                    owed,
                    left - owed
                )
            );
            Lower(book.Reverse(award, points), points);
        }
        return true;
    }

    /// <summary>From the award's own lot first; spendable points also from the others, in the order in which they are spent.</summary>
    private long Take(StoredAward award, long points, EntryAccount from)
    {
        if (points == 0)
        {
            return 0;
        }
        var pending = from == EntryAccount.Pending;
        List<EntryLot> lots = [];
        var own = pending
            ? draft.Lots.TakePending(award.Lot, points)
            : draft.Lots.TakeActive(
                award.Lot,
                LotBook.SourceOf(award.Source),
                award.ExpiresAt ?? DateTimeOffset.MaxValue,
                points
            );
        if (own is { } lot)
        {
            lots.Add(lot);
        }
        var taken = own?.Points ?? 0;
        if (!pending)
        {
            var others = Math.Min(points - taken, draft.Available - taken);
            if (others > 0)
            {
                lots.AddRange(draft.Lots.Draw(others)!.Value);
                taken += others;
            }
        }
        if (taken > 0)
        {
            Post(award, from, taken, [.. lots]);
        }
        return taken;
    }

    private void Post(
        StoredAward award,
        EntryAccount from,
        long points,
        ImmutableArray<EntryLot> lots
    ) =>
        draft.Post(
            new()
            {
                Type = EntryType.Reversal,
                Account = from,
                Points = -points,
                Contra = $"issued:{award.Source}",
                Lots = lots,
                CauseKind = EventDecision.CauseKind,
                CauseId = command.Header.CommandId,
            }
        );

    /// <summary>What is taken back counts no more under caps and budgets; an award that is gone whole did not happen for them.</summary>
    private void Lower(StoredAward after, long points)
    {
        var gone = after.Reversed == after.Points;
        _uses.AddRange(
            after.Uses.Select(use => use with { Points = -points, Times = gone ? -use.Times : 0 })
        );
        if (after.Budget is { } budget)
        {
            var delta = _budgets.GetValueOrDefault(budget, new(budget, 0, 0));
            _budgets[budget] = delta with { Points = delta.Points - points };
        }
    }

    private bool KnowsAllLots => draft.Lots.Complete;

    private MemberDecision Close(EventStatus otherwise, StoredPurchase? purchase)
    {
        var decision = draft.Close();
        if (decision.Refusal is not null)
        {
            return decision;
        }
        var counters = known.Counters.With(_uses, out var changes);
        var status =
            _awards.Count > 0 ? EventStatus.Earned
            : _reversals.Count > 0 ? EventStatus.Reversed
            : otherwise;
        return decision with
        {
            Earning = new()
            {
                Partner = command.Header.Principal,
                Event = _event,
                Outcome = new()
                {
                    Status = status,
                    RulebookVersion = known.RulebookVersion,
                    Awards = [.. _awards],
                    Reversals = [.. _reversals],
                    Shortfall = _reversals.Sum(reversal => reversal.Shortfall),
                    NotFired = otherwise == EventStatus.AlreadyPaid ? [] : [.. _notFired],
                    CheckIn = known.CheckIn,
                },
                CheckIn = known.CheckIn,
                Purchase = purchase,
                NewPurchase = purchase is not null && known.Purchase is null,
                Counters = changes,
                CountersAfter = counters,
                Budgets = [.. _budgets.Values.Where(budget => budget.Points != 0)],
            },
        };
    }
}
