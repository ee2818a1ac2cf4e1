using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Diagnostics;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Members;
using PointsMall.Tests.Cluster.Silos;

namespace PointsMall.Tests.Cluster.Contracts;

/// <summary>The references that are made without reflection are those that Orleans makes with it.</summary>
[Collection(MallCollection.Name)]
public sealed class GrainReferencesTests(MallFixture mall)
{
    [Fact]
    public void A_reference_made_by_name_is_the_one_made_by_type()
    {
        var id = Guid.CreateVersion7();
        Same(mall.Grains.GetGrain<IMemberGrain>(id), mall.Grains.GetMember(id));
        Same(mall.Grains.GetGrain<IInventoryGrain>(id), mall.Grains.GetInventory(id));
        Same(mall.Grains.GetGrain<INoopGrain>(id), mall.Grains.GetNoop(id));
    }

    private static void Same(IAddressable byType, IAddressable byName)
    {
        Assert.Equal(byType.GetGrainId(), byName.GetGrainId());
        Assert.Equal(
            ((GrainReference)byType).InterfaceType,
            ((GrainReference)byName).InterfaceType
        );
    }
}
