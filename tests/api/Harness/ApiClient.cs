using System.Globalization;
using System.Text.Json.Nodes;
using PointsMall.Api.Authentication;

namespace PointsMall.Tests.Api.Harness;

/// <summary>Calls one API, and fills its mall with what a test needs.</summary>
public abstract class ApiClient(TestTokens tokens)
{
    public TestTokens Tokens => tokens;

    public string StaffToken => Tokens.Staff([.. Permissions.All]);

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
        return await Answer.To(
            await Connect(),
            method,
            path,
            token,
            body,
            key,
            mediaType,
            language
        );
    }

    public Task<Answer> Get(string path, string? token = null, string? language = null) =>
        Send(HttpMethod.Get, path, token, language: language);

    public Task<Answer> Post(string path, string token, string body, string? key = null) =>
        Send(HttpMethod.Post, path, token, body, key);

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

    /// <summary>The API's address; it has started.</summary>
    protected abstract ValueTask<HttpClient> Connect();
}
