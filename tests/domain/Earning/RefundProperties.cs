using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>
/// Random purchases, refunds, deliveries and spending of one member on the real rules, against lists that know only what was bought, what was
/// given back and what that must come to.
/// </summary>
public sealed class RefundProperties
{
    private static readonly Gen<int[]> Choices = Gen.Int[0, 1_000_000].Array[1, 120];

    [Fact]
    [Trait("Behaviour", "ORD-8")]
    [Trait("Behaviour", "ORD-9")]
    [Trait("Behaviour", "ORD-10")]
    [Trait("Behaviour", "ORD-11")]
    [Trait("Behaviour", "ORD-12")]
    [Trait("Behaviour", "EXP-4")]
    public void Refunds_take_back_what_the_lists_say() =>
        Choices.Sample(choices => new RefundJourney(choices).Run(), iter: 4_000);
}

/// <summary>One random history.</summary>
internal sealed class RefundJourney
{
    private const string Rules = """
        {"id":"amount","event":"purchase_paid","reward":{"kind":"per_amount","points":3,"per":100,"currency":"CNY"},"caps":["in_all"]},
        {"id":"items","event":"purchase_paid","reward":{"kind":"per_item","points":7},"pending":{"from":"delivered","days":2}},
        {"id":"fixed","event":"purchase_paid","reward":{"kind":"fixed","points":11},"pending":{"from":"paid","days":1},
         "validity":{"kind":"days","length":3}}
        """;

    private static readonly Rulebook Book = Earn.Book(
        Rules,
        ""","caps":[{"id":"in_all","scope":"member","period":"total","points":2000}]"""
    );

    private readonly Queue<int> _choices;
    private readonly Dictionary<string, StoredPurchase> _purchases = [];
    private readonly Dictionary<long, PagedLotChange> _paged = [];
    private readonly List<Bought> _bought = [];
    private readonly long _debtLimit;
    private Account _account = Accounts.Empty(
        Guid.Parse("01931a00-0000-7000-8000-000000000001"),
        Earn.At
    );
    private EarningCounters _counters = EarningCounters.Empty;
    private DateTimeOffset _clock = Earn.At;
    private int _events;
    private long _given;
    private long _taken;
    private long _spent;
    private long _expired;

    /// <summary>What the lists know of a purchase.</summary>
    private sealed class Bought
    {
        public required string Order { get; init; }
        public required List<BoughtLine> Lines { get; init; }

        /// <summary>Points by rule and line.</summary>
        public List<(string Rule, int Line, long Points)> Earned { get; } = [];
        public long TakenBack { get; set; }
        public bool Paid { get; set; }
    }

    private sealed class BoughtLine
    {
        public required int Quantity { get; init; }
        public required long Net { get; init; }
        public int BackQuantity { get; set; }
        public long BackAmount { get; set; }

        /// <summary>Whole thousandths of a thousandth would not do: thirds are asked for exactly.</summary>
        public long DueOf(long points)
        {
            if (BackQuantity == Quantity || (Net > 0 && BackAmount >= Net))
            {
                return points;
            }
            var part =
                Net == 0
                    ? new UInt128(0, (ulong)BackQuantity)
                    : (UInt128)(ulong)BackQuantity * (ulong)Net
                        + (UInt128)(ulong)BackAmount * (ulong)Quantity;
            var whole = Net == 0 ? (UInt128)(ulong)Quantity : (UInt128)(ulong)Quantity * (ulong)Net;
            return part >= whole ? points : (long)((UInt128)(ulong)points * part / whole);
        }
    }

    public RefundJourney(int[] choices)
    {
        _choices = new(choices);
        _debtLimit = Next(3) * 40;
    }

    public void Run()
    {
        while (_choices.Count > 0)
        {
            switch (Next(10))
            {
                case < 3:
                    Buy();
                    break;
                case < 6:
                    GiveBack();
                    break;
                case 6:
                    Deliver();
                    break;
                case 7:
                    Spend();
                    break;
                case 8:
                    Extend();
                    break;
                default:
                    _clock += TimeSpan.FromHours(Next(40));
                    break;
            }
            Check();
        }
        foreach (var bought in _bought.Where(one => one.Paid).ToArray())
        {
            Refund(bought, null);
            Assert.Equal(bought.Earned.Sum(earned => earned.Points), bought.TakenBack);
        }
        Check();
    }

    private int Next(int below) => _choices.TryDequeue(out var choice) ? choice % below : 0;

    private void Buy()
    {
        var order = $"o{_bought.Count}";
        var lines = Enumerable
            .Range(0, 1 + Next(3))
            .Select(i => new PurchaseLine
            {
                LineId = $"l{i}",
                Sku = "s",
                Category = "c",
                Quantity = 1 + Next(4),
                Amount = Next(4) == 0 ? 0 : Next(9_000),
            })
            .ToImmutableArray();
        var paid = new Purchase
        {
            OrderId = order,
            Currency = "CNY",
            Lines = lines,
        };
        var bought = new Bought
        {
            Order = order,
            Lines =
            [
                .. lines.Select(line => new BoughtLine
                {
                    Quantity = line.Quantity,
                    Net = line.Amount,
                }),
            ],
        };
        _bought.Add(bought);
        if (Next(5) == 0)
        {
            // The refund comes first, and waits.
            var early = Send("purchase_refunded", order, refund: Part(bought, out var apply));
            Assert.Equal(EventStatus.Waiting, early.Status);
            apply();
        }
        var outcome = Send("purchase_paid", order: null, paid);
        bought.Paid = true;
        foreach (var award in outcome.Awards)
        {
            bought.Earned.AddRange(
                award.Lines.Select(line =>
                    (award.RuleId, int.Parse(line.LineId[1..], null), line.Points)
                )
            );
            Assert.Equal(award.Points, award.Lines.Sum(line => line.Points));
        }
        _given += outcome.Awards.Sum(award => award.Points);
        Count(bought, outcome);
    }

    private void GiveBack()
    {
        var paid = _bought.Where(one => one.Paid).ToArray();
        if (paid.Length == 0)
        {
            return;
        }
        var bought = paid[Next(paid.Length)];
        var refund = Part(bought, out var apply);
        apply();
        Refund(bought, refund);
    }

    /// <summary>A random part of what is left of a line, or of the whole order.</summary>
    private PurchaseRefund? Part(Bought bought, out Action apply)
    {
        var at = Next(bought.Lines.Count);
        var line = bought.Lines[at];
        var left = line.Quantity - line.BackQuantity;
        var amount = line.Net - line.BackAmount - line.Net * line.BackQuantity / line.Quantity;
        if (Next(2) == 0 && left > 0)
        {
            var quantity = 1 + Next(left);
            apply = () => line.BackQuantity += quantity;
            return new PurchaseRefund
            {
                Lines = [new RefundedLine { LineId = $"l{at}", Quantity = quantity }],
            };
        }
        if (amount > 0)
        {
            long part = 1 + Next((int)amount);
            apply = () => line.BackAmount += part;
            return new PurchaseRefund
            {
                Lines = [new RefundedLine { LineId = $"l{at}", Amount = part }],
            };
        }
        apply = () => bought.Lines.ForEach(of => of.BackQuantity = of.Quantity);
        return null;
    }

    private void Refund(Bought bought, PurchaseRefund? refund)
    {
        if (refund is null)
        {
            bought.Lines.ForEach(of => of.BackQuantity = of.Quantity);
        }
        Count(bought, Send("purchase_refunded", bought.Order, refund: refund));
    }

    private void Count(Bought bought, EventOutcome outcome)
    {
        var due = bought.Earned.Sum(earned => bought.Lines[earned.Line].DueOf(earned.Points));
        Assert.Equal(due - bought.TakenBack, outcome.Reversals.Sum(reversal => reversal.Points));
        Assert.All(
            outcome.Reversals,
            reversal =>
                Assert.Equal(
                    reversal.Points,
                    reversal.FromPending
                        + reversal.FromAvailable
                        + reversal.Owed
                        + reversal.Shortfall
                )
        );
        bought.TakenBack = due;
        _taken += outcome.Reversals.Sum(reversal => reversal.Points - reversal.Shortfall);
        // Nobody is let off while there are points, or room to owe them.
        if (outcome.Shortfall > 0)
        {
            Assert.Equal((0, _debtLimit), (_account.Available, _account.Debt));
        }
    }

    private void Deliver()
    {
        if (_bought.LastOrDefault(one => one.Paid) is { } bought)
        {
            Send("purchase_delivered", bought.Order);
        }
    }

    private void Spend()
    {
        var decision = Decide(context =>
            Deduction.Decide(
                _account,
                new DeductCommand
                {
                    Header = Header($"d{_events++}"),
                    Points = 1 + Next(400),
                    Reason = "spent",
                },
                context
            )
        );
        if (decision.Refusal is null)
        {
            Apply(decision);
        }
    }

    /// <summary>A later expiry changes no balance, and nothing that is left expires before it.</summary>
    private void Extend()
    {
        var (before, until) = (_clock.AddDays(2), _clock.AddDays(9));
        var available = _account.Available;
        var due = _account.DueOn <= _clock;
        var decision = Decide(context =>
            Extension.Decide(
                _account,
                new ExtendCommand
                {
                    Header = Header($"x{_events++}"),
                    ExpiringBefore = before,
                    ExpiresAt = until,
                    Reason = "sorry",
                },
                context
            )
        );
        if (decision.Refusal is { } refusal)
        {
            Assert.Equal(RefusalCode.NothingToExtend, refusal.Code);
            return;
        }
        Apply(decision);
        Assert.True(due || _account.Available == available);
        Assert.All(_account.Lots, lot => Assert.True(lot.ExpiresAt >= before));
        Assert.Equal(2, decision.Entries.Count(entry => entry.Type == EntryType.Extension));
    }

    private EventOutcome Send(
        string type,
        string? order,
        Purchase? paid = null,
        PurchaseRefund? refund = null
    )
    {
        var e = new EarningEvent
        {
            EventId = $"e{_events}",
            Type = type,
            OccurredAt = _clock,
            Purchase = paid,
            OrderId = order,
            Refund = refund,
        };
        Assert.Null(EventRules.Check(e));
        var command = new EarnCommand { Header = Header($"event:e{_events++}"), Event = e };
        var member = new MemberFacts { RegisteredAt = Earn.At };
        var decision = Decide(context =>
            EventDecision.Decide(
                _account,
                command,
                new EventKnowledge
                {
                    RulebookVersion = Book.Version,
                    Earned = RuleEngine.Evaluate(Book, e, member, _counters, context.Calendar),
                    Counters = _counters,
                    Purchase = _purchases.GetValueOrDefault(order ?? paid!.OrderId),
                },
                context
            )
        );
        Assert.Null(decision.Refusal);
        Apply(decision);
        var written = decision.Earning!;
        _counters = written.CountersAfter!;
        if (written.Purchase is { } purchase)
        {
            Assert.Equal(written.NewPurchase, !_purchases.ContainsKey(purchase.OrderId));
            // As the column keeps it.
            _purchases[purchase.OrderId] = EarningJson.ReadPurchase(
                EarningJson.Write(purchase)
            ) with
            {
                Partner = purchase.Partner,
                OrderId = purchase.OrderId,
                MemberId = purchase.MemberId,
            };
        }
        return EarningJson.ReadOutcome(EarningJson.Write(written.Outcome));
    }

    private MemberDecision Decide(Func<DecisionContext, MemberDecision> decide)
    {
        var context = new DecisionContext
        {
            Clock = _clock,
            Settings = new ProgrammeSettings { DebtLimit = _debtLimit > 0 ? _debtLimit : null },
            Calendar = Earn.Shanghai,
            Salt = [.. new byte[LedgerText.SaltSize]],
        };
        var decision = decide(context);
        return decision.NeedsPages
            ? decide(context with { Pages = new AccountPages([.. _paged.Values], []) })
            : decision;
    }

    private void Apply(MemberDecision decision)
    {
        foreach (var change in decision.PagedLots)
        {
            if (change.Lot.Remaining == 0)
            {
                _paged.Remove(change.Lot.Number);
            }
            else
            {
                _paged[change.Lot.Number] = change;
            }
        }
        foreach (var entry in decision.Entries)
        {
            switch (entry.Type)
            {
                case EntryType.Deduction:
                    _spent -= entry.Points;
                    break;
                case EntryType.Expiry:
                    _expired -= entry.Points;
                    break;
            }
        }
        var net = Postings.NetOf(decision.Entries);
        var next = decision.Next!;
        Assert.Equal(
            _account.Available - _account.Debt + net.Available,
            next.Available - next.Debt
        );
        Assert.Equal(_account.Pending + net.Pending, next.Pending);
        _account = next;
    }

    private void Check()
    {
        Assert.Equal(
            _given - _taken - _spent - _expired,
            _account.Available + _account.Pending - _account.Debt
        );
        Assert.True(_account.Available == 0 || _account.Debt == 0);
        Assert.InRange(_account.Debt, 0, _debtLimit);
        Assert.Equal(_given - _taken, _account.LifetimeEarned);
        // What was taken back counts no more under the cap.
        var (window, _) = Book.Cap("in_all").WindowAt(Earn.Shanghai, _clock);
        Assert.Equal(
            _bought
                .Where(one => one.Paid)
                .SelectMany(one => one.Earned.Select(earned => (one, earned)))
                .Where(pair => pair.earned.Rule == "amount")
                .Sum(pair =>
                    pair.earned.Points - pair.one.Lines[pair.earned.Line].DueOf(pair.earned.Points)
                ),
            _counters.Of("in_all", window).Points
        );
        var lots =
            _account.Lots.Sum(lot => lot.Remaining)
            + _paged.Values.Where(row => row.ActivatesAt is null).Sum(row => row.Lot.Remaining);
        Assert.Equal(_account.Available, lots);
    }

    private CommandHeader Header(string key) =>
        new()
        {
            CommandId = Guid.CreateVersion7(_clock.AddMilliseconds(_events)),
            Principal = "staff:shop",
            Key = key,
            Fingerprint = [],
            Deadline = _clock.AddSeconds(5),
            Actor = ActorKind.Staff,
        };
}
