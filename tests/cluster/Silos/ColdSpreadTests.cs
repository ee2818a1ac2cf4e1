using System.Globalization;
using Npgsql;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Silos;

/// <summary>A burst on cold silos lands on all of them, and a silo that joins takes its part of the next.</summary>
public sealed class ColdSpreadTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Members = 900;

    // So many that chance alone stays far from the bound: by lot a silo has 100 of 300, give or take 8.
    private const int Products = 10;
    private const int SkusOfProduct = 30;

    /// <summary>What no silo may have more of, as a multiple of the mean.</summary>
    private const double MostOfMean = 1.5;

    [Fact]
    [Trait("Behaviour", "OPS-3")]
    public async Task No_silo_gets_more_than_one_and_a_half_times_the_mean()
    {
        await using var database = await postgres.CreateDatabase();
        await using var rows = NpgsqlDataSource.Create(
            $"{database.SuperuserConnectionString};Search Path=mall"
        );
        var silos = new List<TestSilo>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                silos.Add(await TestSilo.Start(database));
            }
            var shop = new Shop(silos[0].Grains);
            var skus = await Task.WhenAll(
                Enumerable.Range(0, Products).Select(_ => AddProduct(shop))
            );

            await Burst(shop, [.. skus.SelectMany(of => of)]);
            Check("members", await Owners(rows), silos.Count);
            Check("SKUs", await Gates(silos), silos.Count);

            silos.Add(await TestSilo.Start(database));
            var before = await Owners(rows);
            await Burst(shop, [.. skus.SelectMany(of => of)]);
            var after = await Owners(rows);
            Check(
                "members after one more silo",
                after.ToDictionary(
                    owner => owner.Key,
                    owner => owner.Value - before.GetValueOrDefault(owner.Key)
                ),
                silos.Count
            );
        }
        finally
        {
            await Task.WhenAll(silos.Select(silo => silo.DisposeAsync().AsTask()));
        }
    }

    private static async Task<List<Guid>> AddProduct(Shop shop)
    {
        var product = await shop.AddProduct();
        await shop.List(product);
        List<Guid> skus = [];
        while (skus.Count < SkusOfProduct)
        {
            skus.Add(await shop.AddSku(product, stock: 1_000));
        }
        return skus;
    }

    /// <summary>New members, all at once, each buys once.</summary>
    private static Task Burst(Shop shop, Guid[] skus) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Members)
                .Select(async i =>
                {
                    var member = await shop.AddMember(points: 1_000);
                    Assert.Null((await shop.Redeem(member, skus[i % skus.Length])).Refusal);
                })
        );

    private void Check(string what, Dictionary<string, long> bySilo, int silos)
    {
        var mean = bySilo.Values.Sum() / (double)silos;
        var most = bySilo.Values.Max() / mean;
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {string.Join(", ", bySilo.Values.Order())}; most {most:0.00} of the mean"
            )
        );
        Assert.True(bySilo.Count(silo => silo.Value > 0) == silos, $"{what}: {bySilo.Count} silos");
        Assert.True(most <= MostOfMean, $"{what}: {most:0.00}");
    }

    /// <summary>By the silo that has taken their accounts.</summary>
    private static async Task<Dictionary<string, long>> Owners(NpgsqlDataSource rows)
    {
        await using var command = rows.CreateCommand(
            "select owner, count(*) from member_account group by owner"
        );
        await using var row = await command.ExecuteReaderAsync();
        Dictionary<string, long> owners = [];
        while (await row.ReadAsync())
        {
            owners.Add(row.GetString(0), row.GetInt64(1));
        }
        return owners;
    }

    private static async Task<Dictionary<string, long>> Gates(List<TestSilo> silos)
    {
        var all = await silos[0].Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        return all.Where(grain => grain.GrainId.Type.ToString() == "inventory")
            .GroupBy(grain => grain.SiloAddress.ToString(), StringComparer.Ordinal)
            .ToDictionary(silo => silo.Key, silo => (long)silo.Count());
    }
}
