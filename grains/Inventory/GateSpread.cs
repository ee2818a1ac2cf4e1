namespace PointsMall.Grains.Inventory;

/// <summary>
/// Gives a silo that joins its share of the gates that are open on this one. A new silo gets new activations only, and the gate of a rush is never
/// idle, so without this it would stay where it is for ever. A move costs what any activation costs: an epoch, and claims of the old one again.
/// </summary>
/// <remarks>
/// With n silos after the join, one of n gates moves to the new silo, chosen by lot, so that all silos have about as many. Members need no
/// such help: they are idle most of the time, and most who come in a rush have no activation yet.
/// </remarks>
internal sealed class GateSpread(ISiloStatusOracle membership, ILocalSiloDetails self)
    : ILifecycleParticipant<ISiloLifecycle>,
        ISiloStatusListener
{
    private volatile Join? _latest;

    /// <summary>The number of the latest join: a gate that remembers it asks once for each.</summary>
    public int Latest => _latest?.Number ?? 0;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(
            nameof(GateSpread),
            ServiceLifecycleStage.BecomeActive,
            _ =>
            {
                membership.SubscribeToSiloStatusEvents(this);
                return Task.CompletedTask;
            },
            _ =>
            {
                membership.UnSubscribeFromSiloStatusEvents(this);
                return Task.CompletedTask;
            }
        );

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Active && !updatedSilo.Equals(self.SiloAddress))
        {
            _latest = new Join(
                Latest + 1,
                updatedSilo,
                membership.GetApproximateSiloStatuses(onlyActive: true).Count
            );
        }
    }

    /// <summary>The silo that the latest join moves this SKU's gate to; null when it stays.</summary>
    public SiloAddress? NewHome(Guid skuId) =>
        _latest is { } join
        && (uint)HashCode.Combine(skuId, join.Number) % Math.Max(2, join.Silos) == 0
            ? join.Silo
            : null;

    private sealed record Join(int Number, SiloAddress Silo, int Silos);
}
