namespace PointsMall.LoadTests.Bench.Seeding;

/// <summary>What every rich member has bought once: five SKUs with a lifetime limit, which leave five counters in the account's row.</summary>
internal static class Souvenirs
{
    public const int PerMember = 2;

    public static Shelf Shelf(Crowd crowd) =>
        new("souvenir", Skus: 5, StockEach: crowd.Rich + 1_000_000L)
        {
            Points = 1,
            PerMemberLimit = PerMember,
        };
}
