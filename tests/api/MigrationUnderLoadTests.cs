using System.Collections.Concurrent;
using Npgsql;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Api.Harness;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api;

/// <summary>
/// A migration runs while the silos and the API of the release before it work on: each of their sessions holds statements that were prepared
/// on the older schema.
/// </summary>
[Trait("Behaviour", "OPS-3")]
public sealed class MigrationUnderLoadTests(Mall mall)
{
    private const int Members = 8;
    private const int Price = 10;
    private const long Points = 10_000_000;

    /// <summary>Each a transaction, as the migrator runs scripts. Each kind of change that a rolling upgrade allows, on one busy table a script.</summary>
    private static readonly string[] Scripts =
    [
        "alter table mall.member_account add column later bigint not null default 0",
        """
            alter table mall.redemption_order add column later text not null default 'nothing';
            create index order_later on mall.redemption_order (later, order_id);
            """,
        "alter table mall.product add column later text not null default 'nothing'",
        "alter table mall.sku add column later text not null default 'nothing'",
        """
            create or replace function mall.refuse_keys(members uuid[]) returns bigint
                language plpgsql volatile as $$
            begin
                return mall.refuse('key', (
                    select string_agg(later::text, ',')
                    from unnest(members) later
                    where not exists (
                        select from mall.command c where c.member_id = later and c.xmin = pg_current_xact_id()::xid
                    )
                ));
            end $$
            """,
    ];

    private const string NewProduct = """{"name":"Later","type":"product","category":"tests"}""";

    private readonly ConcurrentDictionary<(string What, int Status), int> _answers = new();
    private long _orders;
    private volatile bool _closing;

    [Fact]
    public async Task No_request_fails_and_the_books_are_right()
    {
        await using var database = await mall.CreateDatabase();
        await using var first = await TestSilo.Start(database);
        await using var second = await TestSilo.Start(database);
        await using var api = await mall.StartApi(database);
        var here = mall.At(api);
        var (product, sku) = await here.Product(points: Price, stock: 1_000_000);
        var tokens = await Task.WhenAll(
            Enumerable.Range(0, Members).Select(async _ => (await here.Member(Points)).Token)
        );

        var load = Task.WhenAll([
            .. tokens.Select(token => Shop(here, token, product, sku)),
            Change(here, product, sku),
        ]);
        await Sell(100, load);
        await Migrate(database);
        await Sell(100, load);
        // The replaced function runs, too: a key that is there already is refused by it.
        var again = Mall.NewKey();
        var orders = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => here.Redeem(tokens[0], sku, key: again))
        );
        _closing = true;
        await load;

        Assert.All(orders, order => Assert.InRange(order.Status, 200, 201));
        Assert.DoesNotContain(_answers.Keys, answer => answer.Status is not (200 or 201));
        await using var rows = NpgsqlDataSource.Create(
            $"{database.SuperuserConnectionString};Search Path=mall"
        );
        var report = await Verifier.Run(rows, TestContext.Current.CancellationToken);
        Assert.True(report.IsClean, report.ToString());
    }

    private async Task Shop(ApiClient here, string token, string product, string sku)
    {
        while (!_closing)
        {
            Count("redeem", await here.Redeem(token, sku));
            Interlocked.Increment(ref _orders);
            Count("me", await here.Get("/v1/me", token));
            Count("orders", await here.Get("/v1/me/orders?limit=2", token));
            Count("ledger", await here.Get("/v1/me/ledger?limit=2", token));
            Count("product", await here.Get($"/v1/products/{product}", token));
        }
    }

    private async Task Change(ApiClient here, string product, string sku)
    {
        for (var n = 0; !_closing; n++)
        {
            var body = $$"""{"name":"Name {{n}}"}""";
            foreach (var path in (string[])[$"/v1/products/{product}", $"/v1/skus/{sku}"])
            {
                Count(path, await here.Send(HttpMethod.Patch, path, here.StaffToken, body));
            }
            Count("new", await here.Post("/v1/products", here.StaffToken, NewProduct));
        }
    }

    private void Count(string what, Answer answer) =>
        _answers.AddOrUpdate((what, answer.Status), 1, (_, count) => count + 1);

    private async Task Sell(long more, Task load)
    {
        var enough = Interlocked.Read(ref _orders) + more;
        await Eventually.Is(
            () => Task.FromResult(Interlocked.Read(ref _orders)),
            sold => sold >= enough || load.IsFaulted,
            TimeSpan.FromSeconds(60)
        );
        if (load.IsFaulted)
        {
            await load;
        }
    }

    private static async Task Migrate(PostgresDatabase database)
    {
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var connection = await owner.OpenConnectionAsync();
        foreach (var script in Scripts)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand(script, connection, transaction);
            await command.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
    }
}
