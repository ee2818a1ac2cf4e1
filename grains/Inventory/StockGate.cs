using PointsMall.Grains.Members;

namespace PointsMall.Grains.Inventory;

/// <summary>
/// The gate of one SKU: who may try to commit. It holds no stock; the row <c>stock</c> does, and refuses whatever the gate lets through in
/// error. So the gate may only err in ways that heal. Every claim of its epoch counts until it is resolved, even past its deadline; what
/// was lost on the way (a verdict, a release, a silo) is found again by a bump, which reads the row under a new epoch and voids all claims.
/// </summary>
public sealed class StockGate
{
    /// <summary>Open claims are the commands in flight; more than this many are verdicts that got lost.</summary>
    public const int MaxClaims = 65_536;
    private static readonly TimeSpan BumpInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Guid, OpenClaim> _claims = [];
    private Offer _offer;
    private long _available;
    private long _claimed;
    private DateTimeOffset _bumpedAt;

    /// <summary>No open claim's deadline is before this; found anew when it has passed.</summary>
    private DateTimeOffset _earliestDeadline = DateTimeOffset.MaxValue;

    /// <summary>Verdicts of an epoch that this gate has not read yet: another transaction has bumped the row.</summary>
    private long _aheadEpoch;
    private long _aheadUnits;

    /// <param name="offer">As read with the bump.</param>
    /// <param name="available">The row's units, read with the bump: exact at that moment.</param>
    /// <param name="epoch">The epoch that the bump began.</param>
    /// <param name="now">The silo's clock.</param>
    public StockGate(Offer offer, long available, long epoch, DateTimeOffset now)
    {
        _offer = offer;
        _available = available;
        _bumpedAt = now;
        Epoch = epoch;
    }

    public long Epoch { get; private set; }

    /// <summary>Units that nobody has claimed.</summary>
    public long Left => _available - _claimed;

    /// <summary>Claims that are neither resolved nor released.</summary>
    public int OpenClaims => _claims.Count;

    /// <summary>No unit is left in the row, as far as this gate knows: what is claimed is gone only once it is committed.</summary>
    public bool IsSoldOut => _available <= 0;

    /// <summary>Open claims whose command is over: their verdicts are late or lost.</summary>
    public int OverdueClaims(DateTimeOffset clock) =>
        _claims.Values.Count(claim => claim.Deadline < clock);

    /// <summary>
    /// Sets units aside, or says why not. Null when the gate must not answer from this epoch: bump, call <see cref="Restarted"/>, ask again.
    /// </summary>
    public ClaimAnswer? Claim(ClaimRequest request, DateTimeOffset clock, Calendar calendar)
    {
        if (IsOutOfDate(request.StaleEpoch))
        {
            return null;
        }
        if (Known(request) is { } known)
        {
            return known;
        }
        var now = Instants.Truncate(Instants.Later(clock, request.NotBefore));
        if (_offer.Check(request.Quantity, now) is { } refusal)
        {
            return Refuse(refusal);
        }
        LimitTerms? limit = null;
        if (_offer.PerMemberLimit is { } most)
        {
            var window = _offer.PerMemberWindow;
            limit = new(most, window, calendar.StartOf(window, now));
            if (CheckLimit(limit, request) is { } answer)
            {
                return answer;
            }
        }
        var points = checked(_offer.Points * request.Quantity);
        if (points > request.SpendablePoints)
        {
            return Refuse(
                new()
                {
                    Code = RefusalCode.InsufficientPoints,
                    SkuId = _offer.SkuId,
                    Required = points,
                    Available = request.SpendablePoints,
                }
            );
        }
        if (!HasRoom(request.Quantity))
        {
            return ShouldBump(clock) ? null : OutOfStock();
        }
        var terms = new ClaimTerms
        {
            SkuId = _offer.SkuId,
            ProductId = _offer.ProductId,
            Name = _offer.Name,
            PointsEach = _offer.Points,
            Quantity = request.Quantity,
            Epoch = Epoch,
            ClaimedAt = now,
            Limit = limit,
        };
        Open(request.CommandId, new(request.Quantity, request.Deadline, terms));
        return new ClaimAnswer { Terms = terms };
    }

    /// <summary>Sets units aside for a stock movement that takes them out. The offer has no say in it.</summary>
    /// <returns>False when fewer units are left; null when the gate must bump and be asked again.</returns>
    public bool? ClaimMovement(
        Guid commandId,
        long units,
        DateTimeOffset deadline,
        DateTimeOffset clock
    )
    {
        if (IsOutOfDate(staleEpoch: 0))
        {
            return null;
        }
        Release(commandId);
        if (!HasRoom(units))
        {
            return ShouldBump(clock) ? null : false;
        }
        Open(commandId, new(units, deadline, Terms: null));
        return true;
    }

    /// <summary>A stock movement was committed under <paramref name="epoch"/>: its claim is used up, if it had one.</summary>
    public void Moved(Guid commandId, long quantity, long epoch)
    {
        if (epoch == Epoch)
        {
            Release(commandId);
            _available += quantity;
        }
    }

    /// <summary>Gives a claim back. Unknown ids are ignored.</summary>
    public void Release(Guid commandId)
    {
        if (_claims.Remove(commandId, out var claim))
        {
            _claimed -= claim.Units;
        }
    }

    /// <summary>
    /// What a commit did to the row. Each verdict is told at most once, in any order. An earlier epoch's is in the numbers of the bump
    /// already; a later epoch's is kept until this gate has read that epoch. Units are lowered by the verdict's own sum, so a claim that
    /// was released by a message that came late costs nothing but a moment in which the gate lets too many try.
    /// </summary>
    public void Resolve(ClaimVerdicts verdicts)
    {
        var units = verdicts.Returned - verdicts.SoldUnits;
        if (verdicts.Epoch > Epoch)
        {
            _aheadUnits = verdicts.Epoch == _aheadEpoch ? _aheadUnits + units : units;
            _aheadEpoch = Math.Max(_aheadEpoch, verdicts.Epoch);
        }
        if (verdicts.Epoch != Epoch)
        {
            return;
        }
        _available += units;
        foreach (var id in verdicts.Sold)
        {
            Release(id);
        }
        foreach (var id in verdicts.Refused)
        {
            Release(id);
        }
    }

    /// <summary>
    /// Units may be hidden behind claims whose command is over, and the last bump is long enough ago. Asked when a claim would be refused
    /// for lack of stock.
    /// </summary>
    public bool ShouldBump(DateTimeOffset clock)
    {
        if (clock - _bumpedAt < BumpInterval || clock <= _earliestDeadline)
        {
            return false;
        }
        _earliestDeadline = _claims
            .Values.Select(claim => claim.Deadline)
            .DefaultIfEmpty(DateTimeOffset.MaxValue)
            .Min();
        return clock > _earliestDeadline;
    }

    /// <summary>The row was read under a new epoch: its numbers are exact and no earlier claim can be committed.</summary>
    public void Restarted(Offer offer, long available, long epoch, DateTimeOffset clock)
    {
        _offer = offer;
        _available = available;
        _bumpedAt = clock;
        Epoch = epoch;
        _claims.Clear();
        _claimed = 0;
        _earliestDeadline = DateTimeOffset.MaxValue;
        if (_aheadEpoch == epoch)
        {
            _available += _aheadUnits;
        }
    }

    private bool IsOutOfDate(long staleEpoch) => _aheadEpoch > Epoch || staleEpoch >= Epoch;

    /// <summary>The same command again: it gets the terms that it has, for as long as its new attempt takes.</summary>
    private ClaimAnswer? Known(ClaimRequest request)
    {
        if (!_claims.TryGetValue(request.CommandId, out var claim))
        {
            return null;
        }
        if (claim.Terms is not { } terms || claim.Units != request.Quantity)
        {
            Release(request.CommandId);
            return null;
        }
        _claims[request.CommandId] = claim with
        {
            Deadline = Instants.Later(claim.Deadline, request.Deadline),
        };
        return new ClaimAnswer { Terms = terms };
    }

    private ClaimAnswer? CheckLimit(LimitTerms limit, ClaimRequest request)
    {
        long? counted = null;
        foreach (var counter in request.Redeemed)
        {
            if (counter.Window == limit.Window && counter.WindowStart == limit.WindowStart)
            {
                counted = counter.Count;
            }
        }
        if (counted is null && limit.WindowStart < _offer.LimitCountedFrom)
        {
            return new ClaimAnswer { CountOrders = limit };
        }
        var redeemed = counted ?? 0;
        return redeemed + request.Quantity <= limit.Limit
            ? null
            : Refuse(
                new()
                {
                    Code = RefusalCode.LimitReached,
                    SkuId = _offer.SkuId,
                    Limit = limit.Limit,
                    Redeemed = redeemed,
                    Window = limit.Window,
                }
            );
    }

    private bool HasRoom(long units) => units <= Left && _claims.Count < MaxClaims;

    private ClaimAnswer OutOfStock() =>
        Refuse(
            _claims.Count < MaxClaims
                ? new()
                {
                    Code = RefusalCode.OutOfStock,
                    SkuId = _offer.SkuId,
                    Available = Math.Max(0, Left),
                }
                : new() { Code = RefusalCode.Overloaded, RetryAfterSeconds = 1 }
        );

    private void Open(Guid commandId, OpenClaim claim)
    {
        _claims.Add(commandId, claim);
        _claimed += claim.Units;
        if (claim.Deadline < _earliestDeadline)
        {
            _earliestDeadline = claim.Deadline;
        }
    }

    private static ClaimAnswer Refuse(Refusal refusal) => new() { Refusal = refusal };

    private readonly record struct OpenClaim(
        long Units,
        DateTimeOffset Deadline,
        ClaimTerms? Terms
    );
}
