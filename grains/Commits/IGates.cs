namespace PointsMall.Grains.Commits;

/// <summary>The committer's line to the gates of the SKUs. What is said may get lost; a gate finds out by an epoch.</summary>
public interface IGates
{
    /// <summary>What a batch made of a SKU's claims.</summary>
    void Tell(Guid skuId, ClaimVerdicts verdicts);

    /// <summary>Something happened that the gate must read from the row.</summary>
    void Reload(Guid skuId);
}

/// <summary>Gates are grains; nobody waits for them.</summary>
public sealed class GrainGates(IGrainFactory grains) : IGates
{
    public void Tell(Guid skuId, ClaimVerdicts verdicts) =>
        grains.GetInventory(skuId).Resolve(verdicts).Ignore();

    public void Reload(Guid skuId) => grains.GetInventory(skuId).Reload().Ignore();
}
