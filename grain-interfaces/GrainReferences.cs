using PointsMall.GrainInterfaces.Diagnostics;

namespace PointsMall.GrainInterfaces;

/// <summary>
/// References to the grains that every redemption calls. <c>GetGrain&lt;T&gt;</c> reads the interface's attributes by reflection at each call,
/// which took 5 % of the API's time; the names are these contracts' own and never change.
/// </summary>
public static class GrainReferences
{
    private static readonly GrainType MemberType = GrainType.Create("member");
    private static readonly GrainType InventoryType = GrainType.Create("inventory");
    private static readonly GrainType NoopType = GrainType.Create("noop");
    private static readonly GrainInterfaceType Noop = GrainInterfaceType.Create("INoopGrain");
    private static readonly GrainInterfaceType Member = GrainInterfaceType.Create("IMemberGrain");
    private static readonly GrainInterfaceType Inventory = GrainInterfaceType.Create(
        "IInventoryGrain"
    );

    /// <summary>The member's account.</summary>
    public static IMemberGrain GetMember(this IGrainFactory grains, Guid memberId)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return (IMemberGrain)grains.GetGrain(IdOf(MemberType, memberId), Member);
    }

    /// <summary>The SKU's gate.</summary>
    public static IInventoryGrain GetInventory(this IGrainFactory grains, Guid skuId)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return (IInventoryGrain)grains.GetGrain(IdOf(InventoryType, skuId), Inventory);
    }

    /// <summary>The grain that does nothing, for comparisons.</summary>
    public static INoopGrain GetNoop(this IGrainFactory grains, Guid id)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return (INoopGrain)grains.GetGrain(IdOf(NoopType, id), Noop);
    }

    private static GrainId IdOf(GrainType type, Guid key) =>
        GrainId.Create(type, GrainIdKeyExtensions.CreateGuidKey(key));
}
