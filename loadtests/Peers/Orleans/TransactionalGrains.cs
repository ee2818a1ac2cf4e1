using Orleans.Concurrency;
using Orleans.Transactions.Abstractions;

namespace PointsMall.LoadTests.Peers.Orleans;

/// <summary>A member's points and orders, in transactions. Key: the member.</summary>
[Alias("peer.ITransactionalAccount")]
internal interface ITransactionalAccountGrain : IGrainWithGuidKey
{
    [Alias("Open"), Transaction(TransactionOption.Create)]
    Task Open(long points);

    /// <exception cref="RefusedException">Nothing was changed.</exception>
    [Alias("Redeem"), Transaction(TransactionOption.Create)]
    Task<RedeemReply> Redeem(RedeemCall call);

    [Alias("Orders"), Transaction(TransactionOption.Create)]
    Task<AccountOrder[]> Orders();
}

/// <summary>A SKU's stock, in transactions. Key: the SKU.</summary>
[Alias("peer.ITransactionalInventory")]
internal interface ITransactionalInventoryGrain : IGrainWithGuidKey
{
    [Alias("Fill"), Transaction(TransactionOption.Create)]
    Task Fill(Offer offer, long stock);

    [Alias("Take"), Transaction(TransactionOption.Join)]
    Task<TakeReply> Take(int quantity);

    [Alias("Left"), Transaction(TransactionOption.Create)]
    Task<long> Left();
}

/// <summary>Ends a transaction: whatever it did is undone.</summary>
[GenerateSerializer, Alias("peer.Refused")]
internal sealed class RefusedException(string code) : Exception(code)
{
    /// <summary>A code of the mall's errors.</summary>
    [Id(0)]
    public string Code { get; } = code;
}

[GrainType("peer.transactionalaccount"), Reentrant]
internal sealed class TransactionalAccountGrain(
    [TransactionalState("account", PeerSilo.Storage)]
        ITransactionalState<TransactionalAccountState> account,
    TimeProvider clock
) : Grain, ITransactionalAccountGrain
{
    public Task Open(long points) =>
        account.PerformUpdate(state =>
            state.Current = new AccountState { Points = new AccountPoints(points, points, 0) }
        );

    public async Task<RedeemReply> Redeem(RedeemCall call)
    {
        // The write lock from the start: two redemptions of one member that both held the read lock could not go on.
        var before = await account.PerformUpdate(state => state.Current);
        if (before is null)
        {
            throw new RefusedException("member_not_found");
        }
        if (before.Orders.FirstOrDefault(order => order.Key == call.Key) is { } earlier)
        {
            return earlier.Fingerprint.AsSpan().SequenceEqual(call.Fingerprint)
                ? new RedeemReply
                {
                    Order = earlier,
                    Points = before.Points,
                    Replayed = true,
                }
                : throw new RefusedException("idempotency_key_reused");
        }
        var lines = new AccountOrderLine[call.Lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            var (skuId, quantity) = call.Lines[i];
            var taken = await GrainFactory
                .GetGrain<ITransactionalInventoryGrain>(skuId)
                .Take(quantity);
            lines[i] = taken.Refusal is null
                ? new AccountOrderLine(skuId, quantity, taken.Offer!)
                : throw new RefusedException(taken.Refusal);
        }
        var total = lines.Sum(line => line.Quantity * line.Offer.PointsEach);
        if (before.Points.Available < total)
        {
            throw new RefusedException("insufficient_points");
        }
        var now = clock.GetUtcNow();
        var order = new AccountOrder(
            call.Key,
            call.Fingerprint,
            Guid.CreateVersion7(now),
            now.UtcDateTime,
            total,
            [.. lines]
        );
        var after = before.With(order);
        await account.PerformUpdate(state => state.Current = after);
        return new RedeemReply { Order = order, Points = after.Points };
    }

    public Task<AccountOrder[]> Orders() =>
        account.PerformRead(state => state.Current?.Orders.ToArray() ?? []);
}

[GrainType("peer.transactionalinventory"), Reentrant]
internal sealed class TransactionalInventoryGrain(
    [TransactionalState("inventory", PeerSilo.Storage)]
        ITransactionalState<TransactionalInventoryState> inventory
) : Grain, ITransactionalInventoryGrain
{
    public Task Fill(Offer offer, long stock) =>
        inventory.PerformUpdate(state =>
        {
            state.Offer = offer;
            state.Left = stock;
        });

    public Task<TakeReply> Take(int quantity) =>
        inventory.PerformUpdate(state =>
        {
            if (state.Offer is null)
            {
                return new TakeReply("sku_not_found", null);
            }
            if (state.Left < quantity)
            {
                return new TakeReply("out_of_stock", null);
            }
            state.Left -= quantity;
            return new TakeReply(null, state.Offer);
        });

    public Task<long> Left() => inventory.PerformRead(state => state.Left);
}

/// <summary>The runtime wants something that it can make and change; what it holds is replaced as a whole.</summary>
[GenerateSerializer, Alias("peer.TransactionalAccountState")]
internal sealed class TransactionalAccountState
{
    /// <summary>Null until the account is opened.</summary>
    [Id(0)]
    public AccountState? Current { get; set; }
}

[GenerateSerializer, Alias("peer.TransactionalInventoryState")]
internal sealed class TransactionalInventoryState
{
    [Id(0)]
    public Offer? Offer { get; set; }

    [Id(1)]
    public long Left { get; set; }
}
