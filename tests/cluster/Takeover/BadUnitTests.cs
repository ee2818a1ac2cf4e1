using PointsMall.Grains.Commits;
using PointsMall.Tests.Cluster.Commits;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Takeover;

/// <summary>What stale units cost their neighbours, counted in transactions.</summary>
public sealed class BadUnitTests
{
    private const int Units = 2_000;
    private const int BatchUnits = 100;

    /// <summary>A server of its own: every batch that locks a row takes a transaction id, also one that is rolled back.</summary>
    [Fact]
    public async Task One_stale_unit_in_twenty_costs_at_most_as_many_transactions_again()
    {
        using var own = new PostgresFixture();
        await using var mall = await CommitterHarness.Start(
            own,
            options =>
                (options.Writers, options.MaxBatchUnits, options.QueueTime) = (
                    1,
                    BatchUnits,
                    TimeSpan.FromSeconds(30)
                )
        );
        var members = await mall.Members(Units);
        await mall.Execute(
            "update member_account set version = version + 1 where member_id = any($1)",
            members.Where((_, n) => n % 20 == 7).Select(member => member.MemberId).ToArray()
        );
        var units = members.Select(member => mall.Grant(member, 1)).ToList();
        var before = await Transactions(mall);

        var outcomes = await Task.WhenAll(units.Select(unit => mall.Commit(unit)));

        var transactions = await Transactions(mall) - before;
        TestContext.Current.TestOutputHelper!.WriteLine($"{transactions} transactions");
        Assert.All(
            outcomes.Index(),
            outcome =>
                Assert.Equal(
                    outcome.Index % 20 == 7 ? CommitVerdict.Fenced : CommitVerdict.Committed,
                    outcome.Item.Verdict
                )
        );
        // Each batch is refused once, names all of its stale units, and goes through without them; the first batches may be small.
        Assert.InRange(transactions, Units / BatchUnits, 2 * (Units / BatchUnits + 5));
    }

    private static Task<long> Transactions(CommitterHarness mall) =>
        mall.Scalar<long>("select pg_current_xact_id()::text::bigint");
}
