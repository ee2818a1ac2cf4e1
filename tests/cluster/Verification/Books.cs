using System.Collections.Immutable;
using NodaTime;
using Npgsql;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Earning;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Members;
using PointsMall.GrainInterfaces.Orders;
using PointsMall.GrainInterfaces.Programme;
using PointsMall.Grains.Earning;
using PointsMall.Grains.Holds;
using PointsMall.Grains.Members;
using PointsMall.Grains.Orders;
using PointsMall.Grains.Programme;

namespace PointsMall.Tests.Cluster.Verification;

/// <summary>Members who act by the product's own rules, and the rows that their commits would have written.</summary>
internal sealed class Books
{
    private static readonly Calendar Shanghai = new(DateTimeZoneProviders.Tzdb["Asia/Shanghai"]);
    private readonly List<MemberBook> _members = [];

    public static Guid ProductId { get; } = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    /// <summary>Sold without a limit.</summary>
    public static Guid SkuId { get; } = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    /// <summary>Sold at most <see cref="MemberLimit"/> times to a member.</summary>
    public static Guid LimitedSkuId { get; } = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    public const int MemberLimit = 2;
    public const int StockMoved = 1_000_000;

    public IReadOnlyList<MemberBook> Members => _members;

    public MemberBook NewMember()
    {
        var member = new MemberBook(Shanghai, TimeProvider.System.GetUtcNow());
        _members.Add(member);
        return member;
    }

    /// <summary>Writes the catalogue and everything that the members did.</summary>
    public async Task Write(NpgsqlDataSource owner)
    {
        await using var writer = await BookWriter.Open(owner);
        await writer.Write(this);
    }
}

/// <summary>One member's account and commits.</summary>
internal sealed class MemberBook
{
    private static readonly ProgrammeSettings Settings = new();

    /// <summary>A point for each 100.</summary>
    private static readonly Rulebook Rules = new(
        1,
        RulebookReader
            .Read(
                """
                {"validity":{"kind":"never"},"rules":[{"id":"buy","event":"purchase_paid","reward":{"kind":"per_amount","points":1,"per":100,"currency":"CNY"} }]}
                """
            )
            .Terms!
    );

    private readonly Calendar _calendar;
    private readonly List<Commit> _commits = [];
    private DateTimeOffset _now;

    public MemberBook(Calendar calendar, DateTimeOffset now)
    {
        _calendar = calendar;
        _now = Instants.Truncate(now);
        CreatedAt = _now;
        Account = Accounts.Empty(Guid.CreateVersion7(now), _now);
    }

    public Account Account { get; private set; }

    public Guid MemberId => Account.MemberId;

    public DateTimeOffset CreatedAt { get; }

    public long Activations { get; private set; }

    public IReadOnlyList<Commit> Commits => _commits;

    public MemberBook Activate()
    {
        Account = Account with { Version = Account.Version + 1 };
        Activations++;
        return this;
    }

    public MemberBook Grant(
        long points,
        int expiresInDays = 365,
        string source = "purchase",
        TimeSpan? pendingFor = null
    )
    {
        var header = Header("staff:till");
        var command = new GrantCommand
        {
            Header = header,
            Points = points,
            Reason = "thanks",
            Source = source,
            ExpiresAt = CreatedAt.AddDays(expiresInDays),
            PendingUntil = pendingFor is { } wait ? _now + wait : null,
        };
        return Commit(
            "grant",
            header,
            orderId: null,
            PointsMall.Grains.Members.Grant.Decide(Account, command, Context())
        );
    }

    public MemberBook Deduct(long points)
    {
        var header = Header("staff:till");
        var command = new DeductCommand
        {
            Header = header,
            Points = points,
            Reason = "mistake",
        };
        return Commit(
            "deduct",
            header,
            orderId: null,
            Deduction.Decide(Account, command, Context())
        );
    }

    public Guid Redeem(Guid skuId, int quantity, long pointsEach)
    {
        var header = Header("member");
        var orderId = Guid.CreateVersion7(_now);
        var command = new RedeemCommand { Header = header, Items = [new(skuId, quantity)] };
        var claim = new ClaimTerms
        {
            SkuId = skuId,
            ProductId = Books.ProductId,
            Name = "Mug",
            PointsEach = pointsEach,
            Quantity = quantity,
            Epoch = 1,
            ClaimedAt = _now,
            Limit =
                skuId == Books.LimitedSkuId
                    ? new(Books.MemberLimit, LimitWindow.Total, DateTimeOffset.UnixEpoch)
                    : null,
        };
        Commit(
            "redeem",
            header,
            orderId,
            Redemption.Decide(Account, command, orderId, [claim], Context())
        );
        return orderId;
    }

    public MemberBook Cancel(Guid orderId)
    {
        var bought = _commits.Single(commit => commit.Decision.Order?.OrderId == orderId).Decision;
        var order = bought.Order!;
        var header = Header("member");
        var stored = new StoredOrder(
            new Order
            {
                OrderId = orderId,
                Status = OrderStatus.Created,
                Items = [.. order.Lines.Select(line => line.Item)],
                PointsTotal = order.PointsTotal,
                CreatedAt = order.CreatedAt,
                History = [],
            },
            bought.Entries[^1].Lots
        );
        return Commit(
            "cancel",
            header,
            orderId,
            Cancellation.Decide(
                Account,
                stored,
                new CancelCommand { Header = header, OrderId = orderId },
                Context()
            )
        );
    }

    public Guid Hold(long points, int seconds = 3_600)
    {
        var header = Header("staff:till");
        Commit(
            "place_hold",
            header,
            orderId: null,
            HoldRules.Place(
                Account,
                new PlaceHoldCommand
                {
                    Header = header,
                    Points = points,
                    Seconds = seconds,
                    Reason = "cash to come",
                },
                Context()
            )
        );
        return header.CommandId;
    }

    public MemberBook Capture(Guid holdId, long points)
    {
        var header = Header("staff:till");
        return Commit(
            "capture_hold",
            header,
            orderId: null,
            HoldRules.Capture(
                Account,
                AllHolds().Single(stored => stored.Hold.HoldId == holdId),
                new CaptureHoldCommand
                {
                    Header = header,
                    HoldId = holdId,
                    Points = points,
                },
                Context()
            )
        );
    }

    /// <summary>Carries out an event of the partner <c>staff:till</c>, by <see cref="Rules"/>.</summary>
    public MemberBook Earn(EarningEvent e)
    {
        var header = Header("staff:till");
        var order = e.OrderId ?? e.Purchase!.OrderId;
        return Commit(
            "earn",
            header,
            orderId: null,
            EventDecision.Decide(
                Account,
                new EarnCommand { Header = header, Event = e with { OccurredAt = _now } },
                new EventKnowledge
                {
                    RulebookVersion = 1,
                    Earned = RuleEngine.Evaluate(
                        Rules,
                        e,
                        new MemberFacts { RegisteredAt = CreatedAt },
                        EarningCounters.Empty,
                        _calendar
                    ),
                    Counters = EarningCounters.Empty,
                    Purchase = Purchases().FirstOrDefault(purchase => purchase.OrderId == order),
                },
                Context()
            )
        );
    }

    /// <summary>What the commits left in <c>purchase</c>.</summary>
    public ImmutableArray<StoredPurchase> Purchases() =>
        [
            .. _commits
                .Select(commit => commit.Decision.Earning?.Purchase)
                .OfType<StoredPurchase>()
                .GroupBy(purchase => purchase.OrderId, StringComparer.Ordinal)
                .Select(changes => changes.Last()),
        ];

    /// <summary>Time passes for this member.</summary>
    public MemberBook Later(TimeSpan by)
    {
        _now += by;
        return this;
    }

    private MemberBook Commit(
        string operation,
        CommandHeader header,
        Guid? orderId,
        MemberDecision decision
    )
    {
        Assert.Null(decision.Refusal);
        Account = decision.Next!;
        _commits.Add(new(operation, header, orderId, _now, decision));
        return this;
    }

    private DecisionContext Context() =>
        new()
        {
            Clock = _now,
            Settings = Settings,
            Calendar = _calendar,
            Salt = [.. Guid.CreateVersion7(_now).ToByteArray()],
            Pages = new(PagedLots(), OpenHolds()),
        };

    /// <summary>What the commits left in <c>hold</c>.</summary>
    public ImmutableArray<StoredHold> AllHolds() =>
        [
            .. _commits
                .SelectMany(commit => commit.Decision.Holds)
                .GroupBy(stored => stored.Hold.HoldId)
                .Select(changes => changes.Last()),
        ];

    private ImmutableArray<StoredHold> OpenHolds() =>
        [.. AllHolds().Where(stored => stored.Hold.Status == HoldStatus.Open)];

    /// <summary>What the commits left in <c>point_lot</c>.</summary>
    public ImmutableArray<PagedLotChange> PagedLots() =>
        [
            .. _commits
                .SelectMany(commit => commit.Decision.PagedLots)
                .GroupBy(change => change.Lot.Number)
                .Select(changes => changes.Last())
                .Where(change => change.Lot.Remaining > 0),
        ];

    private CommandHeader Header(string principal)
    {
        _now += TimeSpan.FromMilliseconds(1);
        var id = Guid.CreateVersion7(_now);
        return new()
        {
            CommandId = id,
            Principal = principal,
            Key = $"key-{id}",
            Fingerprint = id.ToByteArray(),
            Deadline = _now.AddSeconds(5),
            Actor = principal == "member" ? ActorKind.Member : ActorKind.Staff,
        };
    }
}

/// <summary>One commit of a member.</summary>
internal sealed record Commit(
    string Operation,
    CommandHeader Header,
    Guid? OrderId,
    DateTimeOffset At,
    MemberDecision Decision
);
