namespace PointsMall.Tests.Domain.Members;

/// <summary>Random journeys on the real rules against <see cref="ReferenceMember"/>, looked at after every step.</summary>
public sealed class JourneyProperties
{
    private static readonly Gen<(ProgrammeSettings Settings, Step[] Steps)> Journeys = Gen.Select(
        Steps.Settings,
        Steps.Many
    );

    [Fact]
    [Trait("Behaviour", "PTS-1")]
    [Trait("Behaviour", "PTS-3")]
    [Trait("Behaviour", "EXP-1")]
    [Trait("Behaviour", "EXP-2")]
    [Trait("Behaviour", "ORD-3")]
    public void Points_are_what_a_simple_count_by_expiry_says() =>
        Run(
            (journey, reference) =>
            {
                var balance = Accounts.BalanceOf(
                    journey.Account,
                    journey.Pages,
                    journey.Clock,
                    noticeDays: 30
                );
                var now = Accounts.Now(journey.Account, journey.Clock);
                reference.At(now);
                Assert.Equal(reference.Available, balance.Available);
                Assert.Equal(reference.Pending, balance.Pending);
                Assert.Equal(reference.Held, balance.Held);
                Assert.Equal(reference.LifetimeEarned, balance.LifetimeEarned);
                Assert.Equal(reference.LifetimeSpent, balance.LifetimeSpent);
                Assert.Equal(
                    reference
                        .ByExpiry.Where(day => day.Key <= now.AddDays(30))
                        .Select(day => new ExpiringPoints(day.Value, day.Key)),
                    balance.ExpiringSoon
                );
                Assert.Equal(
                    balance.Available,
                    Accounts.Spendable(journey.Account, journey.Pages, journey.Clock)
                );
            }
        );

    [Fact]
    [Trait("Behaviour", "PTS-1")]
    [Trait("Behaviour", "PTS-2")]
    public void Lots_add_up_to_the_balance_and_the_head_is_what_is_spent_next() =>
        Run(
            (journey, _) =>
            {
                var account = journey.Account;
                Assert.Equal(account.Available, journey.ActiveLots.Sum(lot => lot.Remaining));
                Assert.Equal(
                    account.Held,
                    journey.Pages.Holds.SelectMany(stored => stored.Lots).Sum(lot => lot.Points)
                );
                Assert.Equal(account.Pending, journey.PendingLots.Sum(lot => lot.Lot.Remaining));
                Assert.All(journey.ActiveLots, lot => Assert.True(lot.Remaining > 0));
                Assert.Equal(account.PagedLots, journey.PointLots.Length);
                Assert.True(
                    account.Lots.Length + account.PendingLots.Length <= Account.MaxHeadLots
                );
                Assert.Equal(
                    journey
                        .ActiveLots.OrderBy(lot => (lot.ExpiresAt, lot.Number))
                        .Take(account.Lots.Length),
                    account.Lots
                );
                Assert.Equal(
                    journey
                        .PendingLots.OrderBy(lot =>
                            (lot.ActivatesAt, lot.Lot.ExpiresAt, lot.Lot.Number)
                        )
                        .Take(account.PendingLots.Length),
                    account.PendingLots
                );
                Assert.True(
                    account.PendingLots.IsEmpty || account.Lots.Length == journey.ActiveLots.Count()
                );
                var due = journey
                    .ActiveLots.Select(lot => lot.ExpiresAt)
                    .Concat(journey.PendingLots.Select(lot => lot.ActivatesAt))
                    .Concat(journey.Pages.Holds.Select(stored => stored.Hold.ExpiresAt))
                    .Append(DateTimeOffset.MaxValue)
                    .Min();
                Assert.True((account.DueOn ?? DateTimeOffset.MaxValue) <= due);
                // Nothing that was due is left, and what is not known to be later is looked at again.
                Assert.True(account.PagedLots > 0 || !(account.DueOn <= account.LastAt));
            }
        );

    [Fact]
    [Trait("Behaviour", "PTS-11")]
    public void The_ledger_is_a_chain_whose_sums_are_the_account() =>
        Run(
            (journey, _) =>
            {
                var hash = LedgerHash.Genesis(journey.Account.MemberId);
                var (available, pending, held, sequence) = (0L, 0L, 0L, 0L);
                var lots = new Dictionary<long, long>();
                foreach (var entry in journey.Ledger)
                {
                    Assert.Equal(++sequence, entry.Sequence);
                    Assert.Equal(hash, entry.PreviousHash);
                    Assert.Equal(LedgerHash.Of(entry), entry.Hash);
                    Assert.Equal(Math.Abs(entry.Points), entry.Lots.Sum(lot => lot.Points));
                    hash = entry.Hash;
                    pending -= entry.Contra == "pending" ? entry.Points : 0;
                    held -= entry.Contra == "held" ? entry.Points : 0;
                    if (entry.Account == EntryAccount.Pending)
                    {
                        pending += entry.Points;
                    }
                    else if (entry.Account == EntryAccount.Held)
                    {
                        held += entry.Points;
                    }
                    else
                    {
                        available += entry.Points;
                        foreach (var lot in entry.Lots)
                        {
                            lots[lot.Number] =
                                lots.GetValueOrDefault(lot.Number)
                                + Math.Sign(entry.Points) * lot.Points;
                        }
                    }
                    Assert.Equal(available, entry.BalanceAfter);
                }
                Assert.Equal(journey.Account.Sequence, sequence);
                Assert.Equal(journey.Account.HeadHash, hash);
                Assert.Equal(journey.Account.Available, available);
                Assert.Equal(journey.Account.Pending, pending);
                Assert.Equal(journey.Account.Held, held);
                Assert.Equal(
                    journey
                        .ActiveLots.OrderBy(lot => lot.Number)
                        .Select(lot => (lot.Number, lot.Remaining)),
                    lots.Where(lot => lot.Value != 0)
                        .OrderBy(lot => lot.Key)
                        .Select(lot => (lot.Key, lot.Value))
                );
            }
        );

    [Fact]
    [Trait("Behaviour", "RED-2")]
    [Trait("Behaviour", "MKT-4")]
    public void A_counter_says_how_many_units_of_the_SKU_are_in_live_orders_of_its_window() =>
        Run(
            (journey, _) =>
            {
                var account = journey.Account;
                Assert.True(account.Counters.Length <= Account.MaxHeadCounters);
                var inHead = account.Counters.Select(counter => counter.SkuId).ToHashSet();
                var inForce = account
                    .Counters.Concat(journey.MemberLimits.Where(row => !inHead.Contains(row.SkuId)))
                    .Where(counter =>
                        journey.Calendar.StartOf(counter.Redeemed.Window, account.LastAt)
                        == counter.Redeemed.WindowStart
                    );
                foreach (var (sku, counted) in inForce)
                {
                    Assert.Equal(
                        journey.LiveUnits(sku, counted.Window, counted.WindowStart),
                        counted.Count
                    );
                }
            }
        );

    [Fact]
    [Trait("Behaviour", "RED-1")]
    [Trait("Behaviour", "RED-2")]
    [Trait("Behaviour", "MKT-1")]
    public void Orders_stock_and_limits_agree_after_every_step() =>
        Run(
            (journey, _) =>
            {
                for (var sku = 0; sku < MemberJourney.SkuCount; sku++)
                {
                    var offer = journey.Offers[sku];
                    var live = journey
                        .Orders.Where(stored => stored.Order.Status == OrderStatus.Created)
                        .SelectMany(stored => stored.Order.Items)
                        .Where(item => item.SkuId == offer.SkuId)
                        .Sum(item => item.Quantity);
                    Assert.Equal(1_000_000 - live, journey.Stock[sku]);
                    Assert.Equal(journey.Stock[sku], journey.Gates[sku].Left);
                    Assert.Equal(0, journey.Gates[sku].OpenClaims);
                }
                foreach (var stored in journey.Orders)
                {
                    var entries = journey
                        .Ledger.Where(entry => entry.CauseId == stored.Order.OrderId)
                        .ToArray();
                    Assert.Equal(
                        -stored.Order.PointsTotal,
                        Assert.Single(entries, entry => entry.Type == EntryType.Redemption).Points
                    );
                    var back = entries.Where(entry => entry.Type == EntryType.Cancellation);
                    if (stored.Order.Status == OrderStatus.Cancelled)
                    {
                        Assert.Equal(stored.Order.PointsTotal, Assert.Single(back).Points);
                    }
                    else
                    {
                        Assert.Empty(back);
                    }
                }
            }
        );

    [Fact]
    public void The_journeys_are_long_enough_to_page_lots_and_counters_and_to_find_each_refusal()
    {
        var (lots, counters) = (0, 0);
        var refusals = new HashSet<RefusalCode>();
        Journeys.Sample(
            given =>
            {
                var journey = new MemberJourney(given.Settings);
                foreach (var step in given.Steps)
                {
                    if (journey.Take(step)?.Refusal is { } refusal)
                    {
                        refusals.Add(refusal.Code);
                    }
                    lots += journey.Account.PagedLots > 0 ? 1 : 0;
                    counters += journey.Account.PagedCounters > 0 ? 1 : 0;
                }
            },
            iter: 150,
            threads: 1
        );
        Assert.True(lots > 1_000, $"{lots} steps with paged lots");
        Assert.True(counters > 1_000, $"{counters} steps with paged counters");
        HashSet<RefusalCode> expected =
        [
            RefusalCode.InsufficientPoints,
            RefusalCode.LimitReached,
            RefusalCode.OrderNotCancellable,
            RefusalCode.InvalidRequest,
            RefusalCode.HoldNotOpen,
        ];
        Assert.Superset(expected, refusals);
    }

    private static void Run(Action<MemberJourney, ReferenceMember> check) =>
        Journeys.Sample(
            given =>
            {
                var journey = new MemberJourney(given.Settings);
                var reference = new ReferenceMember(given.Settings, journey.Calendar);
                foreach (var step in given.Steps)
                {
                    Move(journey, reference, step);
                    check(journey, reference);
                }
            },
            iter: 150,
            threads: 1
        );

    /// <summary>Takes the step on both, and checks that a refusal names what the reference says and changes nothing.</summary>
    private static void Move(MemberJourney journey, ReferenceMember reference, Step step)
    {
        var before = journey.Account;
        reference.At(Accounts.Now(before, journey.Clock));
        if (step is Step.Wait { Hours: < 0 } && before.LastAt < reference.Now)
        {
            return; // a clock that runs back behind what was only read: the reference can't follow
        }
        var limitsLeft = step is Step.Redeem redeem ? LimitsLeft(journey, redeem) : null;
        var decision = journey.Take(step);
        if (decision is null)
        {
            return;
        }
        if (decision.Refusal is { } refusal)
        {
            Assert.Same(before, journey.Account);
            Explain(refusal, journey, reference, step, limitsLeft);
            return;
        }
        Assert.Equal(before.Version + 1, journey.Account.Version);
        switch (step)
        {
            case Step.Grant:
                var entry = decision.Entries[^1];
                var pending = entry.Account == EntryAccount.Pending;
                var grant = (Step.Grant)step;
                reference.Grant(
                    grant.Points,
                    grant.ValidDays is { } days
                        ? journey.Calendar.EndOfValidity(journey.Clock, days)
                        : null,
                    pending
                        ? Instants.Truncate(journey.Clock.AddDays(grant.PendingDays!.Value))
                        : null
                );
                break;
            case Step.Deduct deduct:
                reference.Draw(deduct.Points);
                break;
            case Step.Redeem:
                Assert.All(limitsLeft!, left => Assert.False(left < 0));
                reference.Redeem(decision.Order!.PointsTotal);
                break;
            case Step.Cancel cancel:
                reference.Cancel(journey.Orders.Count - 1 - cancel.Order);
                break;
            case Step.Hold hold:
                reference.Hold(hold.Points, decision.Hold!.ExpiresAt);
                break;
            case Step.Capture capture:
                reference.EndHold(
                    journey.Holds.Count - 1 - capture.Back,
                    MemberJourney.CapturedOf(capture, decision.Hold!) ?? decision.Hold!.Points
                );
                break;
            case Step.Release release:
                reference.EndHold(journey.Holds.Count - 1 - release.Back, captured: 0);
                break;
            default:
                break;
        }
    }

    /// <summary>For each item, what its limit would leave; null where there is none.</summary>
    private static long?[] LimitsLeft(MemberJourney journey, Step.Redeem redeem) =>
        [
            .. redeem.Items.Select(item =>
            {
                var offer = journey.Offers[item.Sku];
                var window = offer.PerMemberWindow;
                var start = journey.Calendar.StartOf(
                    window,
                    Accounts.Now(journey.Account, journey.Clock)
                );
                return offer.PerMemberLimit
                    - journey.LiveUnits(offer.SkuId, window, start)
                    - item.Quantity;
            }),
        ];

    private static void Explain(
        Refusal refusal,
        MemberJourney journey,
        ReferenceMember reference,
        Step step,
        long?[]? limitsLeft
    )
    {
        switch (refusal.Code)
        {
            case RefusalCode.InsufficientPoints:
                Assert.Equal(reference.Available, refusal.Available);
                Assert.True(refusal.Required > refusal.Available);
                break;
            case RefusalCode.LimitReached:
                Assert.Contains(limitsLeft!, left => left < 0);
                break;
            case RefusalCode.OrderNotCancellable:
                var order = journey.Orders[journey.Orders.Count - 1 - ((Step.Cancel)step).Order];
                Assert.Equal(OrderStatus.Cancelled, order.Order.Status);
                break;
            case RefusalCode.HoldNotOpen:
                Assert.False(
                    reference.IsOpen(
                        journey.Holds.Count
                            - 1
                            - (
                                step is Step.Capture capture
                                    ? capture.Back
                                    : ((Step.Release)step).Back
                            )
                    )
                );
                break;
            case RefusalCode.InvalidRequest:
                // An expiry that lies before the activation.
                var grant = Assert.IsType<Step.Grant>(step);
                Assert.Equal("expiresAt", refusal.Field);
                Assert.True(grant.ValidDays <= grant.PendingDays);
                break;
            default:
                Assert.Fail($"{step} was refused as {refusal.Code}");
                break;
        }
    }
}
