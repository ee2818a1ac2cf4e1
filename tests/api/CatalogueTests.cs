using System.Text.Json.Nodes;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>The catalogue as storefronts read it.</summary>
[Trait("Behaviour", "CAT-3")]
public sealed class CatalogueTests(Mall mall)
{
    [Fact]
    public async Task Filters_and_orders_combine()
    {
        var category = Category();
        var cheap = await mall.Product(5, 1, name: "Cheap tea", category: category);
        var gone = await mall.Product(50, 0, name: "Gone tea", category: category);
        var dear = await mall.Product(500, 1, name: "Dear coffee", category: category);
        await mall.Product(1, 1, listed: false, category: category);

        Assert.Equal([dear, gone, cheap], await List($"category={category}"));
        Assert.Equal([cheap, gone, dear], await List($"category={category}&sort=points"));
        Assert.Equal([dear, gone, cheap], await List($"category={category}&sort=-points"));
        Assert.Equal([cheap, dear, gone], await List($"category={category}&sort=name"));
        Assert.Equal([cheap, gone], await List($"category={category}&q=TEA&sort=points"));
        Assert.Equal([gone], await List($"category={category}&q=tea%20gone"));
        Assert.Equal([gone], await List($"category={category}&inStock=false"));
        Assert.Equal([gone, dear], await List($"category={category}&minPoints=50&sort=points"));
        Assert.Equal([gone], await List($"category={category}&minPoints=6&maxPoints=499"));
        Assert.Empty(await List($"category={category}&type=coupon"));
        Assert.Equal(3, (await List($"category={category}&type=product")).Count);
    }

    [Theory]
    [InlineData("newest", true)]
    [InlineData("points", false)]
    [InlineData("-points", false)]
    [InlineData("name", false)]
    [InlineData("-name", false)]
    public async Task Pages_neither_repeat_nor_hide_while_products_are_added(
        string sort,
        bool newestFirst
    )
    {
        var category = Category();
        List<string> before = [];
        for (var i = 0; i < 7; i++)
        {
            before.Add((await mall.Product(10, name: $"P{i % 3}", category: category)).ProductId);
        }
        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = await mall.Get(
                $"/v1/products?category={category}&sort={sort}&limit=2"
                    + (cursor is null ? "" : $"&cursor={cursor}")
            );
            seen.AddRange(Ids(page));
            cursor = (string?)page.Body["nextCursor"];
            if (seen.Count < 5)
            {
                await mall.Product(10, name: "P1", category: category);
            }
        } while (cursor is not null);

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Empty(before.Except(seen));
        if (newestFirst)
        {
            Assert.Equal(Enumerable.Reverse(before), seen);
        }
    }

    [Fact]
    public async Task Texts_come_in_the_callers_language_and_fall_back()
    {
        var created = await mall.Post(
            "/v1/products",
            mall.StaffToken,
            $$"""
            {"name":"Mug","summary":"Heavy","description":"Stoneware","type":"gift","category":"{{Category()}}",
             "translations":[{"language":"zh","name":"马克杯"}]}
            """
        );
        var path = $"/v1/products/{created.Body["productId"]}";
        await mall.Post(
            $"{path}/skus",
            mall.StaffToken,
            """{"code":"W","name":"White","points":9,"translations":[{"language":"zh","name":"白色"}]}"""
        );
        await mall.Post($"{path}/listing", mall.StaffToken, """{"listed":true}""");

        var chinese = await mall.Get(path, language: "zh-CN,en;q=0.5");
        var english = await mall.Get(path, language: "de");

        Assert.Equal("马克杯", (string?)chinese.Body["name"]);
        Assert.Equal("Heavy", (string?)chinese.Body["summary"]);
        Assert.Equal("白色", (string?)chinese.Body["skus"]![0]!["name"]);
        Assert.Equal("zh", chinese.Header("X-Content-Language"));
        Assert.Contains("Accept-Language", chinese.Header("Vary")!, StringComparison.Ordinal);
        Assert.Contains("马克杯", chinese.Text, StringComparison.Ordinal);
        Assert.Equal("Mug", (string?)english.Body["name"]);
        Assert.Equal("en", english.Header("X-Content-Language"));
        Assert.Single(Mall.Items(await mall.Get("/v1/products?q=%E9%A9%AC%E5%85%8B%E6%9D%AF")));
    }

    [Fact]
    [Trait("Behaviour", "CAT-5")]
    public async Task A_member_sees_why_it_can_not_redeem()
    {
        var (productId, skuId) = await mall.Product(
            10,
            1,
            offer: ""","perMemberLimit":1,"perMemberWindow":"day" """
        );
        var (_, rich) = await mall.Member(100);
        var (_, poor) = await mall.Member(5);
        var path = $"/v1/products/{productId}";

        Assert.Null((await mall.Get(path)).Body["eligibility"]);
        Assert.Equal((true, ""), await Eligibility(path, rich));
        Assert.Equal((false, "insufficient_points"), await Eligibility(path, poor));
        Assert.Equal(201, (await mall.Redeem(rich, skuId)).Status);
        Assert.Equal((false, "limit_reached"), await Eligibility(path, rich));
        var (_, late) = await mall.Member(100);
        Assert.Equal((false, "out_of_stock"), await Eligibility(path, late));
    }

    [Fact]
    [Trait("Behaviour", "CAT-2")]
    public async Task A_delisted_product_is_there_for_staff_only()
    {
        var (productId, _) = await mall.Product();
        var path = $"/v1/products/{productId}";
        await mall.Post($"{path}/listing", mall.StaffToken, """{"listed":false}""");

        var (_, member) = await mall.Member();
        Assert.Equal("product_not_found", (await mall.Get(path)).Code);
        Assert.Equal("product_not_found", (await mall.Get(path, member)).Code);
        Assert.False((bool)(await mall.Get(path, mall.StaffToken)).Body["listed"]!);
    }

    [Fact]
    public async Task A_patch_changes_what_is_sent_and_nothing_else()
    {
        var (productId, skuId) = await mall.Product(10, offer: ""","perOrderLimit":4""");
        var path = $"/v1/products/{productId}";

        var product = await mall.Send(
            HttpMethod.Patch,
            path,
            mall.StaffToken,
            """{"summary":"New"}"""
        );
        var sku = await mall.Send(
            HttpMethod.Patch,
            $"/v1/skus/{skuId}",
            mall.StaffToken,
            """{"points":12,"perOrderLimit":null}"""
        );
        var wrong = await mall.Send(HttpMethod.Patch, path, mall.StaffToken, """{"type":"car"}""");
        var taken = await mall.Post(
            $"{path}/skus",
            mall.StaffToken,
            """{"code":"A","name":"B","points":1}"""
        );
        var unknown = await mall.Send(
            HttpMethod.Patch,
            $"/v1/skus/{Mall.NewKey()}",
            mall.StaffToken,
            """{"points":12}"""
        );

        Assert.Equal(
            ("Tea", "New"),
            ((string?)product.Body["name"], (string?)product.Body["summary"])
        );
        Assert.Equal(12, (long)sku.Body["points"]!);
        Assert.Null(sku.Body["perOrderLimit"]);
        Assert.Equal("One", (string?)sku.Body["name"]);
        Assert.Equal("invalid_request", wrong.Code);
        Assert.NotNull(wrong.Body["errors"]!["type"]);
        Assert.Equal((409, "sku_code_taken"), (taken.Status, taken.Code));
        Assert.Equal((404, "sku_not_found"), (unknown.Status, unknown.Code));
    }

    private async Task<IReadOnlyList<(string ProductId, string SkuId)>> List(string query)
    {
        var answer = await mall.Get($"/v1/products?{query}");
        Assert.Equal(200, answer.Status);
        List<(string, string)> found = [];
        foreach (var id in Ids(answer))
        {
            var detail = await mall.Get($"/v1/products/{id}");
            found.Add((id, (string)detail.Body["skus"]![0]!["skuId"]!));
        }
        return found;
    }

    private async Task<(bool Redeemable, string Reasons)> Eligibility(string path, string token)
    {
        var eligibility = (await mall.Get(path, token)).Body["eligibility"]!;
        var reasons = ((JsonArray)eligibility["reasons"]!).Select(reason => (string?)reason);
        return ((bool)eligibility["redeemable"]!, string.Join(',', reasons));
    }

    private static IEnumerable<string> Ids(Answer answer) =>
        Mall.Items(answer).Select(item => (string)item!["productId"]!);

    private static string Category() => $"c-{Mall.NewKey()}";
}
