using Npgsql;
using PointsMall.GrainInterfaces;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Takeover;

/// <summary>A SKU's gate is active twice: what the older one has let through is refused by name once the newer one has begun its epoch.</summary>
public sealed class StaleGateTests(PostgresFixture postgres)
{
    [Fact, Trait("Behaviour", "MKT-1"), Trait("Behaviour", "RED-8")]
    public async Task A_claim_of_the_old_gate_does_not_buy_the_unit_that_the_new_gate_sold()
    {
        await using var database = await postgres.CreateDatabase();
        await using var old = await TestSilo.Start(database, ("Silo:ClusterId", "old"));
        await using var current = await TestSilo.Start(database, ("Silo:ClusterId", "current"));
        await using var rows = NpgsqlDataSource.Create(
            $"{database.SuperuserConnectionString};Search Path=mall"
        );
        var (left, right) = (new Shop(old.Grains), new Shop(current.Grains));
        var product = await left.AddProduct();
        var sku = await left.AddSku(product, stock: 1);
        await left.List(product);
        var late = await left.AddMember(points: 100);
        var quick = await right.AddMember(points: 100);
        var epoch = await Epoch(rows, sku);

        // The late member has claimed the only unit at the old gate, and its commit meets a lock.
        Task<GrainInterfaces.Orders.OrderResult> redeeming;
        await using (
            var connection = await rows.OpenConnectionAsync(TestContext.Current.CancellationToken)
        )
        await using (await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var locking = new NpgsqlCommand(
                "select 1 from member_account where member_id = $1 for update",
                connection
            )
            {
                Parameters = { new() { Value = late } },
            };
            await locking.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            redeeming = left.Redeem(late, sku);
            var second = await left.AddMember(points: 100);
            await Eventually.Is(
                async () => (await left.Redeem(second, sku)).Refusal?.Code,
                code => code == RefusalCode.OutOfStock
            );
            var sold = await right.Redeem(quick, sku);
            Assert.Null(sold.Refusal);
            Assert.True(await Epoch(rows, sku) > epoch);
        }

        Assert.Equal(RefusalCode.OutOfStock, (await redeeming).Refusal?.Code);
        var report = await Verifier.Run(rows, TestContext.Current.CancellationToken);
        Assert.True(report.IsClean, report.ToString());
    }

    private static async Task<long> Epoch(NpgsqlDataSource rows, Guid sku)
    {
        await using var command = rows.CreateCommand("select epoch from stock where sku_id = $1");
        command.Parameters.Add(new() { Value = sku });
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
