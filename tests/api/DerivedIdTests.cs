using PointsMall.Api;

namespace PointsMall.Tests.Api;

public sealed class DerivedIdTests
{
    private static readonly Guid Member = new("0198c0de-0000-7000-8000-000000000001");

    /// <summary>Clients keep these ids: they never change.</summary>
    [Fact]
    public void An_entrys_id_is_the_same_for_ever() =>
        Assert.Equal(
            new Guid("0198c0de-0000-7f47-ad1a-2e45712e1895"),
            DerivedId.OfEntry(Member, 7)
        );

    [Fact]
    public void Ids_are_version_7_with_the_members_time_and_differ()
    {
        Guid[] ids =
        [
            .. Enumerable.Range(1, 1_000).Select(i => DerivedId.OfEntry(Member, i)),
            .. Enumerable.Range(1, 1_000).Select(i => DerivedId.OfLot(Member, i)),
        ];

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal(7, id.Version));
        Assert.All(
            ids,
            id => Assert.StartsWith("0198c0de-0000-7", id.ToString(), StringComparison.Ordinal)
        );
        Assert.All(ids, id => Assert.InRange(id.Variant, 8, 11));
    }
}
