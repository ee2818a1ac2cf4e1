using System.Collections.Concurrent;
using System.Collections.Immutable;
using Npgsql;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Members;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Takeover;

/// <summary>
/// Two silos that do not know of each other, on one database: every member and the SKU's gate are active twice, for the whole time, which is
/// worse than any partition of one cluster. Both take commands of the same members.
/// </summary>
public sealed class SplitBrainTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Members = 12;
    private const int KeysOfMember = 40;

    /// <summary>One attempt of one key: when it began and ended, on one clock, and what it was answered.</summary>
    private sealed record Attempt(
        Guid MemberId,
        string Key,
        long Began,
        long Ended,
        Guid? OrderId,
        RefusalCode? Refusal
    )
    {
        public bool IsOpen =>
            Refusal is RefusalCode.NotRun or RefusalCode.Overloaded or RefusalCode.OutcomeUnknown;
    }

    [Theory, Trait("Behaviour", "RED-1"), Trait("Behaviour", "MKT-1"), Trait("Behaviour", "PTS-4")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Two_activations_of_everything_sell_each_key_once_and_keep_their_refusals(
        int seed
    )
    {
        await using var database = await postgres.CreateDatabase();
        await using var left = await TestSilo.Start(database, ("Silo:ClusterId", "left"));
        await using var right = await TestSilo.Start(database, ("Silo:ClusterId", "right"));
        await using var rows = NpgsqlDataSource.Create(
            $"{database.SuperuserConnectionString};Search Path=mall"
        );
        IGrainFactory[] sides = [left.Grains, right.Grains];
        var shop = new Shop(left.Grains);
        var product = await shop.AddProduct();
        var sku = await shop.AddSku(product, stock: 20);
        await shop.List(product);
        var members = await Task.WhenAll(
            Enumerable.Range(0, Members).Select(_ => shop.AddMember(points: 500))
        );
        ConcurrentQueue<Attempt> history = new();

        await Task.WhenAll([
            .. members.Select(
                (member, n) => Spend(sides, member, sku, new Random(seed * 100 + n), history)
            ),
            .. members.Select((member, n) => Earn(sides, member, new Random(seed * 200 + n))),
            Deliver(sides, sku, new Random(seed * 300)),
        ]);

        var orders = await Orders(rows);
        output.WriteLine(
            $"seed {seed}: {history.Count} attempts, {orders.Count} orders, {string.Join(", ", history.CountBy(attempt => attempt.Refusal?.ToString() ?? "ok"))}"
        );
        foreach (var key in history.GroupBy(attempt => (attempt.MemberId, attempt.Key)))
        {
            CheckKey([.. key], orders.GetValueOrDefault(key.Key, []));
        }
        Assert.Equal(
            history
                .Where(attempt => attempt.OrderId is not null)
                .Select(attempt => attempt.OrderId)
                .Distinct()
                .Count(),
            orders.Count
        );
        var report = await Verifier.Run(rows, TestContext.Current.CancellationToken);
        Assert.True(report.IsClean, report.ToString());
    }

    /// <summary>Any order: exactly this one, and nothing asked later is told otherwise. Only refusals: none.</summary>
    private static void CheckKey(List<Attempt> attempts, ImmutableArray<Guid> orders)
    {
        var sold = attempts.Where(attempt => attempt.OrderId is not null).ToList();
        if (sold.Count == 0)
        {
            Assert.Empty(orders);
            return;
        }
        var order = Assert.Single(orders);
        Assert.All(sold, attempt => Assert.Equal(order, attempt.OrderId));
        var known = sold.Min(attempt => attempt.Ended);
        Assert.DoesNotContain(
            attempts,
            attempt => attempt.Began > known && attempt.OrderId is null && !attempt.IsOpen
        );
    }

    /// <summary>Two devices of one member under the same keys, each at a side of its own choice; the last word is asked for on the other side.</summary>
    private static async Task Spend(
        IGrainFactory[] sides,
        Guid member,
        Guid sku,
        Random random,
        ConcurrentQueue<Attempt> history
    )
    {
        for (var n = 0; n < KeysOfMember; n++)
        {
            var key = $"{n}";
            var (first, second) = (random.Next(2), random.Next(2));
            var pause = random.Next(6);
            await Task.WhenAll(
                Buy(sides, first, member, sku, key, history),
                random.Next(3) == 0 ? Task.Delay(pause) : BuyLater(pause, second)
            );
            await Buy(sides, 1 - first, member, sku, key, history);

            async Task BuyLater(int milliseconds, int side)
            {
                await Task.Delay(milliseconds);
                await Buy(sides, side, member, sku, key, history);
            }
        }
    }

    private static async Task Buy(
        IGrainFactory[] sides,
        int side,
        Guid member,
        Guid sku,
        string key,
        ConcurrentQueue<Attempt> history
    )
    {
        for (var attempt = 0; ; attempt++)
        {
            Assert.True(attempt < 200, "A key never got an answer");
            var began = TimeProvider.System.GetTimestamp();
            var result = await sides[(side + attempt / 2) % 2]
                .GetGrain<IMemberGrain>(member)
                .Redeem(new RedeemCommand { Header = Headers.New(key), Items = [new(sku, 1)] });
            var told = new Attempt(
                member,
                key,
                began,
                TimeProvider.System.GetTimestamp(),
                result.Order?.OrderId,
                result.Refusal?.Code
            );
            history.Enqueue(told);
            if (!told.IsOpen)
            {
                return;
            }
            await Task.Delay(1 + attempt);
        }
    }

    /// <summary>Points come and go by either side, so that the other side's memory has too few or too many.</summary>
    private static async Task Earn(IGrainFactory[] sides, Guid member, Random random)
    {
        for (var n = 0; n < KeysOfMember; n++)
        {
            var header = Headers.New($"earn {n}");
            var grain = sides[random.Next(2)].GetGrain<IMemberGrain>(member);
            _ =
                random.Next(3) == 0
                    ? await grain.Deduct(
                        new()
                        {
                            Header = header,
                            Points = 60,
                            Reason = "test",
                        }
                    )
                    : await grain.Grant(
                        new()
                        {
                            Header = header,
                            Points = 70,
                            Reason = "test",
                        }
                    );
            await Task.Delay(random.Next(8));
        }
    }

    private static async Task Deliver(IGrainFactory[] sides, Guid sku, Random random)
    {
        for (var n = 0; n < KeysOfMember; n++)
        {
            await sides[random.Next(2)]
                .GetGrain<IInventoryGrain>(sku)
                .Move(
                    new StockMovementCommand
                    {
                        Header = Headers.New($"deliver {n}"),
                        Quantity = random.Next(4) == 0 ? -1 : 4,
                        Reason = "test",
                    }
                );
            await Task.Delay(random.Next(20));
        }
    }

    private static async Task<Dictionary<(Guid, string), ImmutableArray<Guid>>> Orders(
        NpgsqlDataSource rows
    )
    {
        List<((Guid, string) Key, Guid Order)> found = [];
        await using var command = rows.CreateCommand(
            "select member_id, key, order_id from command where operation = 'redeem'"
        );
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            found.Add(((row.GetGuid(0), row.GetString(1)), row.GetGuid(2)));
        }
        return found
            .GroupBy(order => order.Key)
            .ToDictionary(
                group => group.Key,
                group => group.Select(order => order.Order).ToImmutableArray()
            );
    }
}
