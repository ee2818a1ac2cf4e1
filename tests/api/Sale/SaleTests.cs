using System.Globalization;
using Npgsql;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api.Sale;

/// <summary>The rush that the mall is for: far more members than units, all in the same moment, on real sockets.</summary>
public sealed class SaleTests(Mall mall)
{
    private const int Members = 2_000;
    private const int Units = 200;
    private const int Price = 10;

    /// <summary>A grant in bulk has at most this many rows.</summary>
    private const int BulkRows = 1_000;

    [Fact, Trait("Behaviour", "MKT-1"), Trait("Behaviour", "RED-8")]
    public async Task Two_thousand_members_at_once_buy_two_hundred_units_and_the_rest_are_told_so()
    {
        var (_, sku) = await mall.Product(points: Price, stock: Units);
        var tokens = await AddMembers();
        await using var api = await mall.StartApi();
        using var client = Rush(api);

        var answers = await Task.WhenAll(
            tokens.Select(token => Redeem(client, token, sku, Mall.NewKey()))
        );

        Assert.Equal(Units, answers.Count(answer => answer.Status == 201));
        Assert.Equal(
            [(422, "out_of_stock")],
            answers
                .Where(answer => answer.Status != 201)
                .Select(answer => (answer.Status, answer.Code!))
                .Distinct()
        );
        await Check(sku, Units, answers.Where(answer => answer.Status == 201).Select(OrderOf));
    }

    [Fact, Trait("Behaviour", "MKT-1"), Trait("Behaviour", "PTS-4")]
    public async Task Every_key_sent_three_times_at_once_still_sells_two_hundred_units()
    {
        var (_, sku) = await mall.Product(points: Price, stock: Units);
        var tokens = await AddMembers();
        await using var api = await mall.StartApi();
        using var client = Rush(api);

        var members = await Task.WhenAll(
            tokens.Select(async token =>
            {
                var key = Mall.NewKey();
                return await Task.WhenAll(
                    Enumerable.Range(0, 3).Select(_ => RedeemOnceLetIn(client, token, sku, key))
                );
            })
        );

        var buyers = members
            .Where(answers => answers.Any(answer => answer.Status is 200 or 201))
            .ToList();
        Assert.Equal(Units, buyers.Count);
        foreach (var answers in buyers)
        {
            // One of the three did the work, the others name its order.
            Assert.All(answers, answer => Assert.Equal(201, answer.Status));
            Assert.Single(answers.Select(OrderOf).Distinct());
            Assert.Equal(
                2,
                answers.Count(answer => answer.Header("Idempotent-Replayed") == "true")
            );
        }
        Assert.Equal(
            [(422, "out_of_stock")],
            members
                .Except(buyers)
                .SelectMany(answers => answers)
                .Select(answer => (answer.Status, answer.Code!))
                .Distinct()
        );
        await Check(sku, Units, buyers.Select(answers => OrderOf(answers[0])));
    }

    [Fact, Trait("Behaviour", "PTS-5")]
    public async Task A_hundred_redemptions_of_10_by_one_member_with_100_points_are_exactly_ten()
    {
        var (_, sku) = await mall.Product(points: Price, stock: 1_000);
        var (id, token) = await mall.Member(points: 100);
        await using var api = await mall.StartApi();
        using var client = Rush(api);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => RedeemOnceLetIn(client, token, sku, Mall.NewKey()))
        );

        Assert.Equal(10, answers.Count(answer => answer.Status == 201));
        Assert.Equal(
            [(422, "insufficient_points")],
            answers
                .Where(answer => answer.Status != 201)
                .Select(answer => (answer.Status, answer.Code!))
                .Distinct()
        );
        Assert.Equal(
            0,
            (long)(await mall.Get($"/v1/members/{id}/balance", mall.StaffToken)).Body["available"]!
        );
        await Check(sku, 10, answers.Where(answer => answer.Status == 201).Select(OrderOf));
    }

    private static Task<Answer> Redeem(HttpClient client, string token, string sku, string key) =>
        Answer.To(client, HttpMethod.Post, "/v1/me/redemptions", token, Mall.Redemption(sku), key);

    /// <summary>
    /// One member has at most 32 commands waiting, and the API a bounded number in flight: whoever is asked to comes again under the same key.
    /// </summary>
    private static async Task<Answer> RedeemOnceLetIn(
        HttpClient client,
        string token,
        string sku,
        string key
    )
    {
        while (true)
        {
            var answer = await Redeem(client, token, sku, key);
            if (answer.Status is not (429 or 503))
            {
                return answer;
            }
            Assert.NotNull(answer.Header("Retry-After"));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static string OrderOf(Answer answer) => (string)answer.Body["order"]!["orderId"]!;

    /// <summary>A socket for every request in flight.</summary>
    private static HttpClient Rush(RunningApi api) =>
        new(new SocketsHttpHandler { MaxConnectionsPerServer = 3 * Members })
        {
            BaseAddress = api.Client.BaseAddress,
        };

    /// <summary>Members with points for ten units each.</summary>
    private async Task<List<string>> AddMembers()
    {
        List<Guid> members = [];
        foreach (var some in Enumerable.Range(0, Members).Chunk(100))
        {
            members.AddRange(
                (await Task.WhenAll(some.Select(_ => mall.Member()))).Select(member => member.Id)
            );
        }
        foreach (var rows in members.Chunk(BulkRows))
        {
            var granted = await mall.Send(
                HttpMethod.Post,
                "/v1/points/grants/bulk",
                mall.StaffToken,
                string.Join('\n', rows.Select(Row)),
                mediaType: "application/x-ndjson"
            );
            Assert.Equal(rows.Length, (int)granted.Body["succeeded"]!);
        }
        return [.. members.Select(member => mall.Tokens.Member(member))];
    }

    private static string Row(Guid member) =>
        $$"""{"key":"{{member}}","memberId":"{{member}}","points":{{10 * Price}},"reason":"test"}""";

    /// <summary>The orders that were told of are those that are there, the stock is what was not sold, and every invariant holds.</summary>
    private async Task Check(string skuId, int sold, IEnumerable<string> told)
    {
        var sku = Guid.Parse(skuId, CultureInfo.InvariantCulture);
        await using var rows = NpgsqlDataSource.Create(mall.Database.OwnerConnectionString);
        await using var command = rows.CreateCommand(
            "select order_id from mall.order_line where sku_id = $1"
        );
        command.Parameters.Add(new() { Value = sku });
        List<string> orders = [];
        await using (
            var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken)
        )
        {
            while (await row.ReadAsync(TestContext.Current.CancellationToken))
            {
                orders.Add(row.GetGuid(0).ToString());
            }
        }
        Assert.Equal(sold, orders.Count);
        Assert.Equal(orders.Order(), told.Order());
        var stock = await mall.Get($"/v1/skus/{skuId}/stock", mall.StaffToken);
        Assert.Equal(sold, (long)stock.Body["redeemed"]!);
        var report = await Verifier.Run(rows, TestContext.Current.CancellationToken);
        Assert.True(report.IsClean, report.ToString());
    }
}
