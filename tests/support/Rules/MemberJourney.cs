using System.Collections.Immutable;
using NodaTime;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Members;
using PointsMall.GrainInterfaces.Orders;
using PointsMall.GrainInterfaces.Programme;
using PointsMall.Grains.Holds;
using PointsMall.Grains.Inventory;
using PointsMall.Grains.Members;
using PointsMall.Grains.Orders;
using Calendar = PointsMall.Grains.Programme.Calendar;

namespace PointsMall.Tests.Support.Rules;

/// <summary>
/// One member on the real rules and the real gates, with tables in memory: what grain and committer do together, without waiting.
/// Everything is decided by the steps, so a journey can be taken again.
/// </summary>
public sealed class MemberJourney
{
    public const int SkuCount = 9;

    private readonly Dictionary<long, PagedLotChange> _pointLots = [];
    private readonly Dictionary<
        (Guid Sku, LimitWindow Window, DateTimeOffset Start),
        long
    > _memberLimits = [];
    private readonly List<LedgerEntry> _ledger = [];
    private readonly List<StoredOrder> _orders = [];
    private readonly List<StoredHold> _holds = [];
    private readonly StockGate[] _gates;
    private readonly Offer[] _offers;
    private readonly long[] _stock = new long[SkuCount];
    private int _ids;

    /// <param name="settings">A short validity and a grace of two days unless given.</param>
    /// <param name="memberId">Give it when several journeys meet.</param>
    /// <param name="startsAt">March 2026 unless given.</param>
    public MemberJourney(
        ProgrammeSettings? settings = null,
        Guid? memberId = null,
        DateTimeOffset? startsAt = null
    )
    {
        Settings =
            settings ?? new ProgrammeSettings { DefaultValidityDays = 20, ReturnGraceDays = 2 };
        Calendar = new(DateTimeZoneProviders.Tzdb[Settings.Zone]);
        Clock = startsAt ?? new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
        Account = Accounts.Empty(memberId ?? NextId(), Clock);
        _offers = [.. Enumerable.Range(0, SkuCount).Select(OfferOf)];
        Array.Fill(_stock, 1_000_000);
        _gates = [.. _offers.Select(offer => new StockGate(offer, 1_000_000, epoch: 1, Clock))];
    }

    public ProgrammeSettings Settings { get; }
    public Calendar Calendar { get; }
    public DateTimeOffset Clock { get; set; }
    public Account Account { get; private set; }
    public IReadOnlyList<LedgerEntry> Ledger => _ledger;
    public IReadOnlyList<StoredOrder> Orders => _orders;
    public IReadOnlyList<Offer> Offers => _offers;

    /// <summary>Rows of <c>hold</c>, in the order in which they were placed.</summary>
    public IReadOnlyList<StoredHold> Holds => _holds;

    /// <summary>What is not in the account's row.</summary>
    public AccountPages Pages =>
        new(PointLots, [.. _holds.Where(stored => stored.Hold.Status == HoldStatus.Open)]);

    /// <summary>Units in the rows <c>stock</c>.</summary>
    public IReadOnlyList<long> Stock => _stock;
    public IReadOnlyList<StockGate> Gates => _gates;

    /// <summary>Rows of <c>point_lot</c>.</summary>
    public ImmutableArray<PagedLotChange> PointLots => [.. _pointLots.Values];

    /// <summary>Rows of <c>member_limit</c>.</summary>
    public ImmutableArray<LimitCounter> MemberLimits =>
        [
            .. _memberLimits.Select(row => new LimitCounter(
                row.Key.Sku,
                new(row.Key.Window, row.Key.Start, row.Value)
            )),
        ];

    /// <summary>Active lots, those in the account's row and those paged out.</summary>
    public IEnumerable<Lot> ActiveLots =>
        Account.Lots.Concat(
            _pointLots.Values.Where(row => row.ActivatesAt is null).Select(row => row.Lot)
        );

    /// <summary>Pending lots, those in the account's row and those paged out.</summary>
    public IEnumerable<PendingLot> PendingLots =>
        Account.PendingLots.Concat(
            _pointLots
                .Values.Where(row => row.ActivatesAt is not null)
                .Select(row => new PendingLot(row.Lot, row.ActivatesAt!.Value))
        );

    /// <summary>Applies the decision if it is not a refusal.</summary>
    /// <returns>The decision, or null for a step that decides nothing.</returns>
    public MemberDecision? Take(Step step) =>
        step switch
        {
            Step.Grant grant => Commit(context => Grant.Decide(Account, CommandOf(grant), context)),
            Step.Deduct deduct => Commit(context =>
                Deduction.Decide(
                    Account,
                    new()
                    {
                        Header = Header(),
                        Points = deduct.Points,
                        Reason = "reason",
                    },
                    context
                )
            ),
            Step.Redeem redeem => Redeem(redeem),
            Step.Cancel cancel => Cancel(cancel.Order),
            Step.Hold hold => Commit(context => HoldRules.Place(Account, CommandOf(hold), context)),
            Step.Capture capture => OnHold(
                capture.Back,
                stored =>
                    Commit(context =>
                        HoldRules.Capture(Account, stored, CommandOf(capture, stored), context)
                    )
            ),
            Step.Release release => OnHold(
                release.Back,
                stored =>
                    Commit(context =>
                        HoldRules.Release(
                            Account,
                            stored,
                            new() { Header = Header(), HoldId = stored.Hold.HoldId },
                            context
                        )
                    )
            ),
            Step.Sweep => Commit(context => Due.Decide(Account, Header(), context)),
            Step.Wait wait => Wait(wait.Hours),
            Step.SetLimit change => SetLimit(change),
            _ => throw new ArgumentOutOfRangeException(nameof(step)),
        };

    public DecisionContext Context(
        bool pages = false,
        ImmutableArray<LimitCounter>? counters = null
    ) =>
        new()
        {
            Clock = Clock,
            Settings = Settings,
            Calendar = Calendar,
            Salt = [.. Enumerable.Range(0, LedgerText.SaltSize).Select(i => (byte)(i + _ids))],
            Pages = pages ? Pages : null,
            OtherCounters = counters ?? [],
        };

    public CommandHeader Header()
    {
        var id = NextId();
        return new()
        {
            CommandId = id,
            Principal = "member",
            Key = id.ToString(),
            Fingerprint = new byte[32],
            Deadline = Clock.AddSeconds(5),
            Actor = ActorKind.Member,
        };
    }

    /// <summary>Units of a SKU in live orders made in the window.</summary>
    public long LiveUnits(Guid skuId, LimitWindow window, DateTimeOffset windowStart) =>
        _orders
            .Where(stored =>
                stored.Order.Status == OrderStatus.Created
                && Calendar.StartOf(window, stored.Order.CreatedAt) == windowStart
            )
            .SelectMany(stored => stored.Order.Items)
            .Where(item => item.SkuId == skuId)
            .Sum(item => item.Quantity);

    private GrantCommand CommandOf(Step.Grant grant) =>
        new()
        {
            Header = Header(),
            Points = grant.Points,
            Reason = "reason",
            Source = $"source_{grant.Source}",
            ExpiresAt = grant.ValidDays is { } days ? Calendar.EndOfValidity(Clock, days) : null,
            PendingUntil = grant.PendingDays is { } pending ? Clock.AddDays(pending) : null,
        };

    private PlaceHoldCommand CommandOf(Step.Hold hold) =>
        new()
        {
            Header = Header(),
            Points = hold.Points,
            Seconds = (int)(hold.Hours * 3_600),
            Reason = "reason",
        };

    private CaptureHoldCommand CommandOf(Step.Capture capture, StoredHold stored) =>
        new()
        {
            Header = Header(),
            HoldId = stored.Hold.HoldId,
            Points = CapturedOf(capture, stored.Hold),
        };

    /// <summary>The points that a step asks for; null for all.</summary>
    public static long? CapturedOf(Step.Capture capture, Hold hold) =>
        capture.Part < 1 ? Math.Max(1, (long)(hold.Points * capture.Part)) : null;

    private MemberDecision? OnHold(int back, Func<StoredHold, MemberDecision?> act) =>
        back < _holds.Count ? act(_holds[_holds.Count - 1 - back]) : null;

    private MemberDecision? Redeem(Step.Redeem step)
    {
        var command = new RedeemCommand
        {
            Header = Header(),
            Items =
            [
                .. step.Items.Select(item => new RedemptionItem(
                    _offers[item.Sku].SkuId,
                    item.Quantity
                )),
            ],
        };
        var paged = Accounts.NeedsPages(Account, Clock);
        var skuIds = command.Items.Select(item => item.SkuId).ToArray();
        var context = Context(
            paged,
            LimitCounters.NeedsPaged(Account, skuIds)
                ? [.. MemberLimits.Where(row => skuIds.Contains(row.SkuId))]
                : []
        );
        var terms = ImmutableArray.CreateBuilder<ClaimTerms>();
        foreach (var (sku, quantity) in step.Items)
        {
            var answer = Claim(command.Header.CommandId, sku, quantity, ref context);
            if (answer.Refusal is { } refusal)
            {
                foreach (var gate in _gates)
                {
                    gate.Release(command.Header.CommandId);
                }
                return MemberDecision.Refuse(refusal);
            }
            terms.Add(answer.Terms!);
        }
        var decision = Commit(again =>
            Redemption.Decide(
                Account,
                command,
                NextId(),
                terms.ToImmutable(),
                context with
                {
                    Pages = again.Pages ?? context.Pages,
                }
            )
        );
        foreach (var (sku, quantity) in step.Items)
        {
            var sold = decision is { Refusal: null };
            _gates[sku]
                .Resolve(
                    new()
                    {
                        Sold = sold ? [command.Header.CommandId] : [],
                        Refused = sold ? [] : [command.Header.CommandId],
                        SoldUnits = sold ? quantity : 0,
                        Returned = 0,
                        Epoch = _gates[sku].Epoch,
                    }
                );
        }
        return decision;
    }

    private ClaimAnswer Claim(Guid commandId, int sku, int quantity, ref DecisionContext context)
    {
        var offer = _offers[sku];
        var request = new ClaimRequest
        {
            CommandId = commandId,
            MemberId = Account.MemberId,
            Quantity = quantity,
            SpendablePoints = Accounts.Spendable(Account, context.Pages, Clock),
            Redeemed = LimitCounters.Open(Account, offer.SkuId, context),
            NotBefore = Account.LastAt,
            Deadline = Clock.AddSeconds(1),
        };
        var answer = _gates[sku].Claim(request, Clock, Calendar)!;
        if (answer.CountOrders is not { } limit)
        {
            return answer;
        }
        var counted = new RedeemedCount(
            limit.Window,
            limit.WindowStart,
            LiveUnits(offer.SkuId, limit.Window, limit.WindowStart)
        );
        context = context with
        {
            OtherCounters = context.OtherCounters.Add(new(offer.SkuId, counted)),
        };
        return _gates[sku]
            .Claim(request with { Redeemed = request.Redeemed.Add(counted) }, Clock, Calendar)!;
    }

    private MemberDecision? Cancel(int back)
    {
        if (back >= _orders.Count)
        {
            return null;
        }
        var index = _orders.Count - 1 - back;
        var stored = _orders[index];
        var skuIds = stored.Order.Items.Select(item => item.SkuId).ToArray();
        ImmutableArray<LimitCounter> counters = LimitCounters.NeedsPaged(Account, skuIds)
            ? [.. MemberLimits.Where(row => skuIds.Contains(row.SkuId))]
            : [];
        return Commit(context =>
            Cancellation.Decide(
                Account,
                stored,
                new() { Header = Header(), OrderId = stored.Order.OrderId },
                context with
                {
                    OtherCounters = counters,
                }
            )
        );
    }

    private MemberDecision? Wait(double hours)
    {
        Clock = Clock.AddHours(hours);
        return null;
    }

    private MemberDecision? SetLimit(Step.SetLimit change)
    {
        var offer = _offers[change.Sku];
        var opens =
            change.Limit is not null
            && (offer.PerMemberLimit is null || offer.PerMemberWindow != change.Window);
        _offers[change.Sku] = offer with
        {
            PerMemberLimit = change.Limit,
            PerMemberWindow = change.Window,
            LimitCountedFrom = opens
                ? Instants.Later(Clock, Account.LastAt)
                : offer.LimitCountedFrom,
        };
        var gate = _gates[change.Sku];
        gate.Restarted(_offers[change.Sku], _stock[change.Sku], gate.Epoch + 1, Clock);
        return null;
    }

    /// <summary>Decides, reads what the account's row does not hold and decides again if need be, and writes.</summary>
    private MemberDecision? Commit(Func<DecisionContext, MemberDecision?> decide)
    {
        var decision = decide(Context());
        if (decision is { NeedsPages: true })
        {
            decision = decide(Context(pages: true));
        }
        if (decision is null or { Refusal: not null })
        {
            return decision;
        }
        if (decision.NeedsPages)
        {
            throw new InvalidOperationException("A decision asked for pages that it has.");
        }
        _ledger.AddRange(decision.Entries);
        foreach (var row in decision.PagedLots)
        {
            if (row.Lot.Remaining == 0)
            {
                _pointLots.Remove(row.Lot.Number);
            }
            else
            {
                _pointLots[row.Lot.Number] = row;
            }
        }
        foreach (var (sku, counted) in decision.PagedCounters)
        {
            _memberLimits[(sku, counted.Window, counted.WindowStart)] = counted.Count;
        }
        foreach (var stored in decision.Holds)
        {
            var index = _holds.FindIndex(known => known.Hold.HoldId == stored.Hold.HoldId);
            if (index < 0)
            {
                _holds.Add(stored);
            }
            else
            {
                _holds[index] = stored;
            }
        }
        WriteOrders(decision);
        Account = decision.Next!;
        return decision;
    }

    private void WriteOrders(MemberDecision decision)
    {
        if (decision.Order is { } created)
        {
            _orders.Add(new(OrderViews.Created(created), decision.Entries[^1].Lots));
        }
        if (decision.StatusChange is { } change)
        {
            var index = _orders.FindIndex(stored => stored.Order.OrderId == change.OrderId);
            _orders[index] = _orders[index] with
            {
                Order = OrderViews.Changed(_orders[index].Order, change),
            };
        }
        foreach (var delta in decision.Stock)
        {
            var sku = Array.FindIndex(_offers, offer => offer.SkuId == delta.SkuId);
            _stock[sku] += delta.Returned - delta.Taken;
            if (delta.Returned > 0)
            {
                _gates[sku]
                    .Resolve(
                        new()
                        {
                            Sold = [],
                            Refused = [],
                            SoldUnits = 0,
                            Returned = delta.Returned,
                            Epoch = _gates[sku].Epoch,
                        }
                    );
            }
        }
    }

    private Offer OfferOf(int sku) =>
        new()
        {
            SkuId = NextId(),
            ProductId = NextId(),
            Name = $"Product {sku}",
            Points = 5 + 20 * sku,
            Listed = true,
            PerMemberLimit = sku == 0 ? null : 1 + sku % 4,
            PerMemberWindow = (LimitWindow)(1 + sku % 4),
        };

    private Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes[12..], ++_ids);
        bytes[6] = 0x70;
        bytes[8] = 0x80;
        return new Guid(bytes, bigEndian: true);
    }
}
