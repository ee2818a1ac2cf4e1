using NodaTime;

namespace PointsMall.Tests.Domain.Inventory;

/// <summary>A gate beside the row that it stands for, with commits in flight and verdicts on their way.</summary>
internal sealed class GateWorld
{
    public const long Stock = 20;
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 8, 0, 0, TimeSpan.Zero);
    private static readonly Calendar Utc = new(DateTimeZone.Utc);
    private readonly Offer _offer;
    private readonly List<ClaimTerms> _claimed = [];
    private readonly Dictionary<ClaimTerms, Guid> _ids = [];
    private readonly List<ClaimVerdicts> _verdicts = [];
    private long _epoch = 1;
    private long _live;
    private int _next;

    public GateWorld(Offer offer)
    {
        _offer = offer;
        Gate = new StockGate(offer, Stock, _epoch, Now);
    }

    public StockGate Gate { get; }

    /// <summary>The row.</summary>
    public long Available { get; private set; } = Stock;

    /// <summary>Units of claims of this epoch that may still be committed.</summary>
    public long Unsettled =>
        _claimed.Where(terms => terms.Epoch == _epoch).Sum(terms => terms.Quantity);

    public void Move(int kind, int quantity, int which)
    {
        switch (kind)
        {
            case 0 or 1:
                Claim(quantity);
                break;
            case 2 when _claimed.Count > 0:
                Commit(Take(_claimed, which));
                break;
            case 3 when _claimed.Count > 0:
                var given = Take(_claimed, which);
                Gate.Release(_ids[given]);
                break;
            case 4 when _verdicts.Count > 0:
                Gate.Resolve(Take(_verdicts, which));
                break;
            case 5 when _verdicts.Count > 0 && which < 100:
                Take(_verdicts, which);
                break;
            case 5 when _live > 0:
                _live--;
                Available++;
                _verdicts.Add(Verdict([], [], soldUnits: 0, returned: 1));
                break;
            case 6 when which < 150:
                Bump();
                break;
            default:
                break;
        }
    }

    public void Bump() => Gate.Restarted(_offer, Available, ++_epoch, Now);

    private void Claim(int quantity)
    {
        var id = new Guid(++_next, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0);
        var answer = Gate.Claim(
            new()
            {
                CommandId = id,
                MemberId = id,
                Quantity = quantity,
                SpendablePoints = 1_000,
                Redeemed = [],
                NotBefore = Now,
                Deadline = Now.AddSeconds(5),
            },
            Now,
            Utc
        );
        if (answer?.Terms is { } terms)
        {
            _claimed.Add(terms);
            _ids[terms] = id;
        }
    }

    private void Commit(ClaimTerms terms)
    {
        var stale = terms.Epoch != _epoch;
        if (!stale)
        {
            // The gate let it through under this epoch: the row must have it.
            Assert.True(terms.Quantity <= Available);
            Available -= terms.Quantity;
            _live += terms.Quantity;
        }
        ImmutableArray<Guid> ids = [_ids[terms]];
        _verdicts.Add(
            stale
                ? Verdict([], refused: ids, soldUnits: 0, returned: 0)
                : Verdict(sold: ids, [], terms.Quantity, returned: 0)
        );
    }

    private ClaimVerdicts Verdict(
        ImmutableArray<Guid> sold,
        ImmutableArray<Guid> refused,
        long soldUnits,
        long returned
    ) =>
        new()
        {
            Sold = sold,
            Refused = refused,
            SoldUnits = soldUnits,
            Returned = returned,
            Epoch = _epoch,
        };

    private static T Take<T>(List<T> from, int which)
    {
        var index = which % from.Count;
        var taken = from[index];
        from.RemoveAt(index);
        return taken;
    }
}
