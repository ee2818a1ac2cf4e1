using System.Globalization;
using System.Text.Json.Nodes;
using PointsMall.Api.Authentication;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api.Harness;

/// <summary>The whole mall: a real Postgres, a real silo and the API, all on loopback. One for all tests; each makes its own members and products.</summary>
public sealed class Mall : IAsyncLifetime
{
    private readonly Lazy<Task> _started;
    private PostgresServer? _server;
    private PostgresDatabase? _database;
    private TestSilo? _silo;
    private RunningApi? _api;

    public Mall() => _started = new Lazy<Task>(Start);

    public TestTokens Tokens { get; } = new();

    public string StaffToken => Tokens.Staff([.. Permissions.All]);

    public PostgresDatabase Database => _database!;

    /// <summary>Starts with the first test that needs it.</summary>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async Task<Answer> Send(
        HttpMethod method,
        string path,
        string? token = null,
        string? body = null,
        string? key = null,
        string mediaType = "application/json",
        string? language = null
    )
    {
        await _started.Value;
        return await Answer.To(_api!.Client, method, path, token, body, key, mediaType, language);
    }

    public Task<Answer> Get(string path, string? token = null, string? language = null) =>
        Send(HttpMethod.Get, path, token, language: language);

    public Task<Answer> Post(string path, string token, string body, string? key = null) =>
        Send(HttpMethod.Post, path, token, body, key);

    /// <summary>Another API on the same silo, with settings of its own.</summary>
    public async Task<RunningApi> StartApi(params (string Name, string? Value)[] settings)
    {
        await _started.Value;
        return await StartConnected(settings);
    }

    /// <summary>A member with some points that never expire soon.</summary>
    public async Task<(Guid Id, string Token)> Member(long points = 0)
    {
        var created = await Post("/v1/members", StaffToken, """{"displayName":"Test member"}""");
        Assert.Equal(201, created.Status);
        var id = Guid.Parse((string)created.Body["memberId"]!, CultureInfo.InvariantCulture);
        if (points > 0)
        {
            await Grant(id, points);
        }
        return (id, Tokens.Member(id));
    }

    public async Task Grant(Guid memberId, long points)
    {
        var granted = await Post(
            $"/v1/members/{memberId}/points/grants",
            StaffToken,
            $$"""{"points":{{points}},"reason":"test"}""",
            NewKey()
        );
        Assert.Equal(201, granted.Status);
    }

    /// <summary>A listed product with one SKU; <paramref name="offer"/> is more JSON of the SKU.</summary>
    public async Task<(string ProductId, string SkuId)> Product(
        long points = 10,
        long stock = 100,
        string offer = "",
        bool listed = true,
        string name = "Tea",
        string category = "tests"
    )
    {
        var product = await Post(
            "/v1/products",
            StaffToken,
            $$"""{"name":"{{name}}","type":"product","category":"{{category}}"}"""
        );
        Assert.Equal(201, product.Status);
        var productId = (string)product.Body["productId"]!;
        var sku = await Post(
            $"/v1/products/{productId}/skus",
            StaffToken,
            $$"""{"code":"A","name":"One","points":{{points}}{{offer}}}"""
        );
        Assert.Equal(201, sku.Status);
        var skuId = (string)sku.Body["skuId"]!;
        if (stock > 0)
        {
            var moved = await Post(
                $"/v1/skus/{skuId}/stock/movements",
                StaffToken,
                $$"""{"quantity":{{stock}},"reason":"delivery"}""",
                NewKey()
            );
            Assert.Equal(201, moved.Status);
        }
        if (listed)
        {
            var listing = await Post(
                $"/v1/products/{productId}/listing",
                StaffToken,
                """{"listed":true}"""
            );
            Assert.Equal(200, listing.Status);
        }
        return (productId, skuId);
    }

    public Task<Answer> Redeem(string token, string skuId, int quantity = 1, string? key = null) =>
        Post("/v1/me/redemptions", token, Redemption(skuId, quantity), key ?? NewKey());

    public static string Redemption(string skuId, int quantity = 1) =>
        $$"""{"items":[{"skuId":"{{skuId}}","quantity":{{quantity}}}]}""";

    public static string NewKey() =>
        Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    public static JsonArray Items(Answer list) => (JsonArray)list.Body["items"]!;

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
        _server?.Dispose();
        Tokens.Dispose();
    }

    private async Task Start()
    {
        _server = PostgresServer.Start();
        _database = await _server.CreateDatabase();
        _silo = await TestSilo.Start(_database);
        _api = await StartConnected();
    }

    private async Task<RunningApi> StartConnected(params (string Name, string? Value)[] settings)
    {
        var api = await RunningApi.Start(
            Tokens.PublicKeyFile,
            Database.ApiConnectionString,
            [("Silo:ClusterId", Database.Name), .. settings]
        );
        await BecomesReady(api);
        return api;
    }

    private static Task<int> BecomesReady(RunningApi api) =>
        Eventually.Is(
            async () => (await Answer.To(api.Client, HttpMethod.Get, "/healthz/ready")).Status,
            status => status == 200,
            TimeSpan.FromSeconds(60)
        );
}
