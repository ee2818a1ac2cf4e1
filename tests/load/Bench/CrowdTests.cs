using PointsMall.LoadTests.Bench.Seeding;

namespace PointsMall.Tests.Load.Bench;

public sealed class CrowdTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1_000_000, 50_000, 8_750_000)]
    [InlineData(50_000, 10_000, 250_000)]
    [InlineData(1_000, 1_000, 0)]
    [InlineData(997, 13, 5_000)]
    public void Everybody_is_counted_once(int members, int rich, long otherEntries)
    {
        var crowd = new Crowd(1, members, rich, 24, 240, otherEntries, At);

        var numbers = Enumerable.Range(0, members).Where(crowd.IsRich).ToList();
        Assert.Equal(rich, numbers.Count);
        Assert.Equal(numbers, Enumerable.Range(0, rich).Select(crowd.RichNumber));
        Assert.Equal(
            crowd.LedgerRows,
            Enumerable.Range(0, members).Sum(number => (long)crowd.EntriesOf(number))
        );
    }

    [Fact]
    public void Ids_are_uuid_7_rise_with_the_number_and_are_the_same_again()
    {
        var ids = Ids(seed: 1);

        Assert.All(ids, id => Assert.Equal((7, 8), (id.Version, id.Variant & 0xC)));
        Assert.Equal(ids.OrderBy(id => id.ToString(), StringComparer.Ordinal), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(ids, Ids(seed: 1));
        Assert.Empty(ids.Intersect(Ids(seed: 2)));

        static List<Guid> Ids(long seed)
        {
            var crowd = new Crowd(seed, 5_000, 5_000, 24, 240, 0, At);
            return [.. Enumerable.Range(0, crowd.Members).Select(crowd.MemberId)];
        }
    }
}
