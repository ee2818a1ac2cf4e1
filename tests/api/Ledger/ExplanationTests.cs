using System.Text.Json.Nodes;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api.Ledger;

/// <summary>Why did my points change? Each kind of entry, in both languages.</summary>
[Trait("Behaviour", "SRV-3")]
public sealed class ExplanationTests(Mall mall)
{
    [Fact]
    public async Task A_grant_says_how_much_from_where_why_and_until_when()
    {
        var (id, token) = await mall.Member();
        await Grant(
            id,
            """{"points":1,"reason":"Order 1042","source":"shop_order","expiresAt":"2090-03-02T16:00:00Z"}"""
        );

        var english = await Explain(token, 0);
        var chinese = await Explain(token, 0, "zh-Hans-CN, en;q=0.5");

        Assert.Equal("Points received", (string?)english.Body["title"]);
        Assert.Equal("en", english.Header("X-Content-Language"));
        var said = Sentences(english);
        Assert.Equal("You received 1 point. Source: shop order.", said[0]);
        Assert.Equal("They expire on 3 March 2090, 00:00.", said[1]);
        Assert.Equal("Reason: Order 1042", said[2]);
        Assert.Contains("your balance was then 1.", said[3], StringComparison.Ordinal);
        Assert.Equal("获得积分", (string?)chinese.Body["title"]);
        Assert.Equal("zh", chinese.Header("X-Content-Language"));
        Assert.Equal(
            [
                "您获得了 1 积分，来源：shop order。",
                "这些积分于 2090年3月3日 00:00 过期。",
                "原因：Order 1042",
            ],
            Sentences(chinese)[..3]
        );
        Assert.Null((string?)english.Body["order"]);
        Assert.Equal(1, (long)english.Body["entry"]!["sequence"]!);
    }

    [Fact]
    public async Task A_redemption_names_the_orders_lines_and_its_cancel_what_came_back()
    {
        var (_, tea) = await mall.Product(points: 15, name: "Green tea");
        var (id, token) = await mall.Member();
        await Grant(id, """{"points":20,"reason":"a","expiresAt":"2090-01-01T00:00:00Z"}""");
        await Grant(id, """{"points":1000,"reason":"b","expiresAt":"2091-01-01T00:00:00Z"}""");
        var order = (await mall.Redeem(token, tea, quantity: 2)).Header("Location");
        await mall.Send(
            HttpMethod.Post,
            $"{order}/cancel",
            token,
            """{"reason":"too much"}""",
            Mall.NewKey()
        );

        var cancelled = await Explain(token, 0);
        var redeemed = await Explain(token, 1);

        Assert.Equal(
            [
                "You redeemed 30 points for 2 × Green tea · One.",
                "The points that expire first were used:",
                "20 points that expire on 1 January 2090, 08:00.",
                "10 points that expire on 1 January 2091, 08:00.",
            ],
            Sentences(redeemed)[..4]
        );
        Assert.Equal("cancelled", (string?)redeemed.Body["order"]!["status"]);
        Assert.Equal(
            [
                "Your order of 2 × Green tea · One was cancelled, and 30 points came back.",
                "20 points came back with their own expiry; they expire on 1 January 2090, 08:00.",
                "10 points came back with their own expiry; they expire on 1 January 2091, 08:00.",
                "Reason: too much",
            ],
            Sentences(cancelled)[..4]
        );
    }

    [Fact]
    public async Task Pending_points_become_available_and_expire()
    {
        var (id, token) = await mall.Member();
        // Again when the machine was so slow that the expiry was past on arrival.
        await Support.Eventually.Is(
            async () =>
            {
                var now = TimeProvider.System.GetUtcNow();
                return (
                    await mall.Post(
                        $"/v1/members/{id}/points/grants",
                        mall.StaffToken,
                        $$"""{"points":7,"reason":"a","pendingUntil":"{{now.AddSeconds(1):yyyy-MM-ddTHH:mm:ss.fffZ}}","expiresAt":"{{now.AddSeconds(2):yyyy-MM-ddTHH:mm:ss.fffZ}}"}""",
                        Mall.NewKey()
                    )
                ).Status;
            },
            status => status == 201
        );
        // The entries are written by the first command after the instant.
        await Support.Eventually.Is(
            async () =>
            {
                await mall.Grant(id, 1);
                return Mall.Items(await mall.Get("/v1/me/ledger?type=expiry", token)).Count;
            },
            count => count == 1
        );

        var expiry = await ExplainFirst(token, "expiry");
        var activation = await ExplainFirst(token, "activation");
        var grant = await Explain(
            token,
            Mall.Items(await mall.Get("/v1/me/ledger?limit=100", token)).Count - 1
        );

        Assert.Contains("They are pending", Sentences(grant)[1], StringComparison.Ordinal);
        Assert.Equal(
            "7 points that had been pending can be spent from now on.",
            Sentences(activation)[0]
        );
        Assert.StartsWith(
            "7 points were valid until ",
            Sentences(expiry)[0],
            StringComparison.Ordinal
        );
    }

    [Fact]
    [Trait("Behaviour", "PTS-6")]
    public async Task Staff_sees_the_row_in_full()
    {
        var (id, token) = await mall.Member(10);
        var key = Mall.NewKey();
        await mall.Post(
            $"/v1/members/{id}/points/deductions",
            mall.StaffToken,
            """{"points":4,"reason":"fee"}""",
            key
        );
        var entries = Mall.Items(await mall.Get("/v1/me/ledger", token));

        var deduction = await mall.Get(
            $"/v1/members/{id}/ledger/{entries[0]!["entryId"]}",
            mall.StaffToken
        );
        var grant = await mall.Get(
            $"/v1/members/{id}/ledger/{entries[1]!["entryId"]}",
            mall.StaffToken
        );

        Assert.Equal(200, deduction.Status);
        Assert.Equal(
            ("available", "deducted", "staff"),
            (
                (string?)deduction.Body["account"],
                (string?)deduction.Body["contra"],
                (string?)deduction.Body["actor"]
            )
        );
        var command = deduction.Body["command"]!;
        Assert.Equal(
            ("deduct", "staff:staff-test", key),
            ((string?)command["operation"], (string?)command["principal"], (string?)command["key"])
        );
        Assert.Equal((string?)grant.Body["hash"], (string?)deduction.Body["previousHash"]);
        Assert.Equal(64, ((string)deduction.Body["textHash"]!).Length);
        Assert.True(JsonNode.DeepEquals(entries[0], deduction.Body["explained"]!["entry"]));
    }

    [Fact]
    [Trait("Behaviour", "SEC-5")]
    public async Task Another_members_entry_is_not_there()
    {
        var (id, ann) = await mall.Member(10);
        var (other, bob) = await mall.Member(10);
        var entry = (string)Mall.Items(await mall.Get("/v1/me/ledger", ann))[0]!["entryId"]!;

        foreach (
            var (path, token) in ((string, string)[])
                [
                    ($"/v1/me/ledger/{entry}", bob),
                    ($"/v1/members/{other}/ledger/{entry}", mall.StaffToken),
                    ($"/v1/members/{Mall.NewKey()}/ledger/{entry}", mall.StaffToken),
                    ($"/v1/me/ledger/{Mall.NewKey()}", ann),
                ]
        )
        {
            var answer = await mall.Get(path, token);
            Assert.Equal((404, "entry_not_found"), (answer.Status, answer.Code));
        }
        Assert.Equal(403, (await mall.Get($"/v1/members/{id}/ledger/{entry}", ann)).Status);
    }

    private async Task Grant(Guid id, string body) =>
        Assert.Equal(
            201,
            (
                await mall.Post(
                    $"/v1/members/{id}/points/grants",
                    mall.StaffToken,
                    body,
                    Mall.NewKey()
                )
            ).Status
        );

    private async Task<Answer> Explain(string token, int index, string? language = null) =>
        await Explain(
            token,
            Mall.Items(await mall.Get("/v1/me/ledger?limit=100", token))[index]!,
            language
        );

    private async Task<Answer> ExplainFirst(string token, string type) =>
        await Explain(token, Mall.Items(await mall.Get($"/v1/me/ledger?type={type}", token))[0]!);

    private async Task<Answer> Explain(string token, JsonNode entry, string? language = null)
    {
        var answer = await mall.Get($"/v1/me/ledger/{entry["entryId"]}", token, language);
        Assert.Equal(200, answer.Status);
        Assert.True(JsonNode.DeepEquals(entry, answer.Body["entry"]));
        return answer;
    }

    private static string[] Sentences(Answer answer) =>
        [.. ((JsonArray)answer.Body["sentences"]!).Select(sentence => (string)sentence!)];
}
