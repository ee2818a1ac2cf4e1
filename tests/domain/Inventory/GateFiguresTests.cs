using System.Diagnostics.Metrics;
using NodaTime;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Tests.Domain.Inventory;

/// <summary>The silo's sums over its gates.</summary>
public sealed class GateFiguresTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 8, 0, 0, TimeSpan.Zero);
    private static readonly Calendar Utc = new(DateTimeZone.Utc);
    private static readonly Offer Offer = new()
    {
        SkuId = Guid.AllBitsSet,
        ProductId = Guid.AllBitsSet,
        Name = "Cup",
        Points = 10,
        Listed = true,
    };

    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);

    public GateFiguresTests()
    {
        // Measurements come on the thread that makes them; other tests make some on theirs.
        var thread = Environment.CurrentManagedThreadId;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MallMeter.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>(
            (instrument, value, _, _) =>
            {
                if (Environment.CurrentManagedThreadId == thread)
                {
                    _sums[instrument.Name] = _sums.GetValueOrDefault(instrument.Name) + value;
                }
            }
        );
        _listener.Start();
    }

    private long OpenClaims => _sums.GetValueOrDefault("pointsmall.stock.open_claims");
    private long SoldOut => _sums.GetValueOrDefault("pointsmall.stock.sold_out");

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Claims_count_until_they_are_resolved()
    {
        var gate = new StockGate(Offer, available: 2, epoch: 1, Now);
        var figures = new GateFigures();
        var first = Claim(gate);
        figures.Follow(gate);
        Claim(gate);
        figures.Follow(gate);
        Assert.Equal(2, OpenClaims);

        gate.Release(first);
        figures.Follow(gate);

        Assert.Equal(1, OpenClaims);
    }

    [Fact]
    public void A_sku_counts_as_sold_out_from_its_last_commit_until_units_come_back()
    {
        var gate = new StockGate(Offer, available: 1, epoch: 1, Now);
        var figures = new GateFigures();
        var id = Claim(gate);
        figures.Follow(gate);
        Assert.Equal(0, SoldOut);

        gate.Resolve(Verdicts([id], soldUnits: 1, returned: 0));
        figures.Follow(gate);
        figures.Follow(gate);
        Assert.Equal((0, 1), (OpenClaims, SoldOut));

        gate.Resolve(Verdicts([], soldUnits: 0, returned: 1));
        figures.Follow(gate);
        Assert.Equal(0, SoldOut);
    }

    [Fact]
    public void A_gate_that_leaves_takes_its_part_with_it()
    {
        var sold = new StockGate(Offer, available: 0, epoch: 1, Now);
        var busy = new StockGate(Offer, available: 5, epoch: 1, Now);
        Claim(busy);
        var (figures, others) = (new GateFigures(), new GateFigures());
        figures.Follow(sold);
        others.Follow(busy);

        figures.Follow(null);

        Assert.Equal((1, 0), (OpenClaims, SoldOut));
    }

    [Fact]
    public void A_claim_is_overdue_when_its_deadline_has_passed_without_a_verdict()
    {
        var gate = new StockGate(Offer, available: 5, epoch: 1, Now);
        Claim(gate, Now.AddSeconds(1));
        Claim(gate, Now.AddSeconds(3));
        gate.Release(Claim(gate, Now.AddSeconds(1)));

        Assert.Equal(0, gate.OverdueClaims(Now.AddSeconds(1)));
        Assert.Equal(1, gate.OverdueClaims(Now.AddSeconds(2)));
        Assert.Equal(2, gate.OverdueClaims(Now.AddSeconds(4)));
    }

    private static Guid Claim(StockGate gate, DateTimeOffset? deadline = null)
    {
        var id = Guid.CreateVersion7();
        var answer = gate.Claim(
            new()
            {
                CommandId = id,
                MemberId = id,
                Quantity = 1,
                SpendablePoints = 1_000,
                Redeemed = [],
                NotBefore = Now,
                Deadline = deadline ?? Now.AddSeconds(5),
            },
            Now,
            Utc
        );
        Assert.NotNull(answer!.Terms);
        return id;
    }

    private static ClaimVerdicts Verdicts(
        ImmutableArray<Guid> sold,
        long soldUnits,
        long returned
    ) =>
        new()
        {
            Sold = sold,
            SoldUnits = soldUnits,
            Refused = [],
            Returned = returned,
            Epoch = 1,
        };
}
