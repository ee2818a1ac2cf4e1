using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Silos;

/// <summary>A silo that joins in the middle of a sale takes its share of the gates, which are never idle.</summary>
public sealed class GateSpreadTests(PostgresFixture postgres)
{
    private const int Skus = 60;
    private const long Stock = 100_000;

    [Fact]
    [Trait("Behaviour", "OPS-3")]
    public async Task Busy_gates_move_to_a_silo_that_joins_and_nothing_is_lost()
    {
        await using var database = await postgres.CreateDatabase();
        await using var first = await TestSilo.Start(database);
        var shop = new Shop(first.Grains);
        var product = await shop.AddProduct();
        await shop.List(product);
        var skus = new Guid[Skus];
        var members = new Guid[Skus];
        for (var i = 0; i < Skus; i++)
        {
            skus[i] = await shop.AddSku(product, stock: Stock);
            members[i] = await shop.AddMember(points: 100_000_000);
        }
        using var end = new CancellationTokenSource();
        var sale = Task.WhenAll(
            skus.Zip(members, (sku, member) => Sell(shop, member, sku, end.Token))
        );
        await Eventually.Is(() => Gates(first), gates => gates == Skus, TimeSpan.FromSeconds(30));

        await using var second = await TestSilo.Start(database);
        // Half of them by lot: fewer than an eighth would be one in a million.
        await Eventually.Is(
            () => Gates(second),
            gates => gates >= Skus / 6,
            TimeSpan.FromSeconds(30)
        );
        await end.CancelAsync();
        var sold = await sale;

        Assert.InRange(await Gates(first), Skus / 6, Skus - Skus / 6);
        await using var rows = Npgsql.NpgsqlDataSource.Create(
            $"{database.SuperuserConnectionString};Search Path=mall"
        );
        for (var i = 0; i < Skus; i++)
        {
            await using var command = rows.CreateCommand(
                "select available from stock where sku_id = $1"
            );
            command.Parameters.Add(new() { Value = skus[i] });
            Assert.Equal(
                Stock - sold[i],
                await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)
            );
        }
    }

    /// <summary>One after another without a pause, so that the gate is never idle for long.</summary>
    private static async Task<long> Sell(Shop shop, Guid member, Guid sku, CancellationToken end)
    {
        var sold = 0L;
        while (!end.IsCancellationRequested)
        {
            var result = await shop.Redeem(member, sku);
            Assert.Null(result.Refusal);
            sold++;
        }
        return sold;
    }

    private static async Task<int> Gates(TestSilo silo)
    {
        var all = await silo.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        return all.Count(grain =>
            grain.GrainId.Type.ToString() == "inventory"
            && grain.SiloAddress.Endpoint.Port == silo.Port
        );
    }
}
