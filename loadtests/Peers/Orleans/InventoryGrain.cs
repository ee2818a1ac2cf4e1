using System.Collections.Immutable;
using Orleans.Concurrency;

namespace PointsMall.LoadTests.Peers.Orleans;

/// <summary>
/// Reentrant, and every decision is one synchronous step, so the runtime joins the writes of all that wait into one. A reservation stays until
/// the account says what became of it.
/// </summary>
[GrainType("peer.inventory"), Reentrant]
internal sealed class InventoryGrain(
    [PersistentState("inventory", PeerSilo.Storage)] IPersistentState<InventoryState> inventory,
    TimeProvider clock
) : Grain, IInventoryGrain
{
    private static readonly TimeSpan SettleAfter = TimeSpan.FromMinutes(1);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(
            () => Settle(clock.GetUtcNow() - SettleAfter),
            new()
            {
                DueTime = SettleAfter,
                Period = SettleAfter,
                Interleave = true,
            }
        );
        return Task.CompletedTask;
    }

    public Task Fill(Offer offer, long stock)
    {
        inventory.State = new InventoryState { Offer = offer, Left = stock };
        return Write();
    }

    public async Task<TakeReply> Reserve(Guid operation, Guid member, int quantity)
    {
        if (!inventory.RecordExists)
        {
            return new TakeReply("sku_not_found", null);
        }
        var state = inventory.State;
        if (!state.Reserved.ContainsKey(operation))
        {
            if (state.Left < quantity)
            {
                return new TakeReply("out_of_stock", null);
            }
            inventory.State = state.Reserve(
                operation,
                new Reservation(member, quantity, clock.GetUtcNow().UtcDateTime)
            );
        }
        await Write();
        return new TakeReply(null, state.Offer);
    }

    // The next write takes it along. Should none come, the reservation is settled again after a restart.
    public Task Confirm(Guid operation)
    {
        inventory.State = inventory.State.Without(operation, returns: false);
        return Task.CompletedTask;
    }

    public Task Release(Guid operation)
    {
        if (!inventory.State.Reserved.ContainsKey(operation))
        {
            return Task.CompletedTask;
        }
        inventory.State = inventory.State.Without(operation, returns: true);
        return Write();
    }

    public async Task<long> Left()
    {
        await Settle(clock.GetUtcNow());
        await Write();
        return inventory.State.Left;
    }

    /// <summary>Asks the accounts what became of reservations that should be over by now.</summary>
    private async Task Settle(DateTimeOffset before)
    {
        foreach (var (operation, reservation) in inventory.State.Reserved)
        {
            if (reservation.At > before.UtcDateTime)
            {
                continue;
            }
            var account = GrainFactory.GetGrain<IAccountGrain>(reservation.MemberId);
            await (await account.Has(operation) ? Confirm(operation) : Release(operation));
        }
    }

    /// <summary>A write whose outcome is not known leaves no state behind that nobody has read from the database.</summary>
    private async Task Write()
    {
        try
        {
            await inventory.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }
}

/// <summary>Replaced as a whole, never changed: storage may serialise it on another thread.</summary>
[GenerateSerializer, Immutable, Alias("peer.InventoryState")]
internal sealed record InventoryState
{
    [Id(0)]
    public Offer? Offer { get; init; }

    [Id(1)]
    public long Left { get; init; }

    /// <summary>By operation.</summary>
    [Id(2)]
    public ImmutableDictionary<Guid, Reservation> Reserved { get; init; } =
        ImmutableDictionary<Guid, Reservation>.Empty;

    public InventoryState Reserve(Guid operation, Reservation reservation) =>
        this with
        {
            Left = Left - reservation.Quantity,
            Reserved = Reserved.Add(operation, reservation),
        };

    public InventoryState Without(Guid operation, bool returns) =>
        Reserved.TryGetValue(operation, out var reservation)
            ? this with
            {
                Left = Left + (returns ? reservation.Quantity : 0),
                Reserved = Reserved.Remove(operation),
            }
            : this;
}

[GenerateSerializer, Immutable, Alias("peer.Reservation")]
internal readonly record struct Reservation(
    [property: Id(0)] Guid MemberId,
    [property: Id(1)] int Quantity,
    [property: Id(2)] DateTime At
);
