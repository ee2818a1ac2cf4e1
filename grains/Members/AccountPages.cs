using PointsMall.Grains.Holds;

namespace PointsMall.Grains.Members;

/// <summary>What belongs to an account and is not in its row.</summary>
/// <param name="Lots">All rows of <c>point_lot</c>.</param>
/// <param name="Holds">All open rows of <c>hold</c>.</param>
public sealed record AccountPages(
    ImmutableArray<PagedLotChange> Lots,
    ImmutableArray<StoredHold> Holds
)
{
    /// <summary>The account has something that is not in its row.</summary>
    public static bool Has(Account account) => account.PagedLots > 0 || account.Held > 0;
}
