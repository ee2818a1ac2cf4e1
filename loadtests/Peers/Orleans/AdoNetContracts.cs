using Orleans.Concurrency;

namespace PointsMall.LoadTests.Peers.Orleans;

/// <summary>A member's points and orders. Key: the member.</summary>
[Alias("peer.IAccount")]
internal interface IAccountGrain : IGrainWithGuidKey
{
    [Alias("Open")]
    Task Open(long points);

    [Alias("Redeem")]
    Task<RedeemReply> Redeem(RedeemCall call);

    /// <summary>Whether an operation became an order. Waits for a redemption that is under way.</summary>
    [Alias("Has")]
    Task<bool> Has(Guid operation);

    /// <summary>The orders as they are stored.</summary>
    [Alias("Orders")]
    Task<AccountOrder[]> Orders();
}

/// <summary>A SKU's stock. Key: the SKU.</summary>
[Alias("peer.IInventory")]
internal interface IInventoryGrain : IGrainWithGuidKey
{
    [Alias("Fill")]
    Task Fill(Offer offer, long stock);

    /// <summary>Takes units for an operation. Again for the same operation: the same answer, and nothing more is taken.</summary>
    [Alias("Reserve")]
    Task<TakeReply> Reserve(Guid operation, Guid member, int quantity);

    /// <summary>The operation became an order: its reservation need not be remembered any longer.</summary>
    [Alias("Confirm"), OneWay]
    Task Confirm(Guid operation);

    /// <summary>The operation did not become an order: its units go back.</summary>
    [Alias("Release")]
    Task Release(Guid operation);

    /// <summary>Units left, once every reservation is settled.</summary>
    [Alias("Left")]
    Task<long> Left();
}
