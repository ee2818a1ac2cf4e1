using PointsMall.Tests.Api.Harness;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api;

/// <summary>Holds over HTTP: set aside, spent, given back, run out.</summary>
public sealed class HoldTests(Mall mall)
{
    [Fact]
    [Trait("Behaviour", "PTS-8")]
    public async Task Points_of_a_hold_can_not_be_spent_and_a_captured_part_leaves_the_rest()
    {
        var (_, skuId) = await mall.Product(points: 60);
        var (id, token) = await mall.Member(100);
        var placed = await Place(id, 50, key: "first");
        var again = await Place(id, 50, key: "first");
        var holdId = (string)placed.Body["hold"]!["holdId"]!;

        Assert.Equal(201, placed.Status);
        Assert.Equal($"{placed.Body["hold"]}", $"{again.Body["hold"]}");
        Assert.Equal((50, 50), BalanceOf(placed));
        Assert.Equal("insufficient_points", (await mall.Redeem(token, skuId)).Code);

        var captured = await Send(id, holdId, "capture", """{ "points": 30 }""");
        Assert.Equal("captured", (string?)captured.Body["hold"]!["status"]);
        Assert.Equal(30, (long)captured.Body["hold"]!["captured"]!);
        Assert.Equal((70, 0), BalanceOf(captured));
        Assert.Equal((70, 0), BalanceOf(await mall.Get("/v1/me/balance", token)));
        Assert.Equal(201, (await mall.Redeem(token, skuId)).Status);

        var twice = await Send(id, holdId, "capture");
        Assert.Equal(409, twice.Status);
        Assert.Equal("hold_not_open", twice.Code);
        Assert.Equal("captured", (string?)twice.Body["holdStatus"]);
        Assert.Equal(
            ["redemption", "release", "capture", "hold", "grant"],
            Mall.Items(await mall.Get("/v1/me/ledger", token)).Select(entry => $"{entry!["type"]}")
        );
    }

    [Fact]
    [Trait("Behaviour", "PTS-8")]
    public async Task A_released_hold_gives_everything_back_once()
    {
        var (id, token) = await mall.Member(100);
        var holdId = (string)(await Place(id, 100)).Body["hold"]!["holdId"]!;

        var released = await Send(id, holdId, "release", """{ "reason": "no cash came" }""", "r");
        var replayed = await Send(id, holdId, "release", """{ "reason": "no cash came" }""", "r");

        Assert.Equal("released", (string?)released.Body["hold"]!["status"]);
        Assert.Equal((100, 0), BalanceOf(released));
        Assert.Equal($"{released.Body}", $"{replayed.Body}");
        Assert.Equal("hold_not_open", (await Send(id, holdId, "release")).Code);
        Assert.Equal("hold_not_open", (await Send(id, holdId, "capture")).Code);
        Assert.Equal(
            "hold_not_found",
            (
                await Send(id, $"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}", "capture")
            ).Code
        );
        Assert.Single(Mall.Items(await mall.Get("/v1/me/holds?status=released", token)));
        Assert.Empty(Mall.Items(await mall.Get("/v1/me/holds?status=open", token)));
    }

    [Fact]
    [Trait("Behaviour", "PTS-8")]
    public async Task A_hold_whose_time_ran_out_can_not_be_captured_and_its_points_are_back()
    {
        var (id, token) = await mall.Member(100);
        var holdId = (string)(await Place(id, 40, seconds: 1)).Body["hold"]!["holdId"]!;

        // Seen by SQL, by the grain, and by a capture that comes too late, before any sweep.
        await Eventually.Is(
            async () => BalanceOf(await mall.Get("/v1/me/balance", token)),
            balance => balance == (100, 0)
        );
        var late = await Send(id, holdId, "capture");
        Assert.Equal("hold_not_open", late.Code);
        Assert.Equal("expired", (string?)late.Body["holdStatus"]);
        Assert.Single(Mall.Items(await mall.Get("/v1/me/holds?status=expired", token)));
        Assert.Equal((0, 100), BalanceOf(await Place(id, 100)));
    }

    [Fact]
    [Trait("Behaviour", "PERM-4")]
    public async Task Holds_need_their_permission_and_refuse_what_makes_no_sense()
    {
        var (id, token) = await mall.Member(10);
        var without = await mall.Send(
            HttpMethod.Post,
            $"/v1/members/{id}/holds",
            mall.Tokens.Staff("points:grant"),
            """{ "points": 1, "seconds": 60, "reason": "r" }""",
            Mall.NewKey()
        );
        Assert.Equal(403, without.Status);
        Assert.Equal("points:hold", (string?)without.Body["permission"]);

        Assert.Equal("insufficient_points", (await Place(id, 11)).Code);
        Assert.NotNull((await Place(id, 1, seconds: 7_776_001)).Body["errors"]!["seconds"]);
        var holdId = (string)(await Place(id, 5)).Body["hold"]!["holdId"]!;
        var tooMuch = await Send(id, holdId, "capture", """{ "points": 6 }""");
        Assert.NotNull(tooMuch.Body["errors"]!["points"]);
        Assert.Equal((5, 5), BalanceOf(await mall.Get("/v1/me/balance", token)));
    }

    private Task<Answer> Place(Guid id, long points, int seconds = 600, string? key = null) =>
        mall.Send(
            HttpMethod.Post,
            $"/v1/members/{id}/holds",
            mall.Tokens.Staff("points:hold"),
            $$"""{ "points": {{points}}, "seconds": {{seconds}}, "reason": "cash to come" }""",
            key ?? Mall.NewKey()
        );

    private Task<Answer> Send(
        Guid id,
        string holdId,
        string what,
        string? body = null,
        string? key = null
    ) =>
        mall.Send(
            HttpMethod.Post,
            $"/v1/members/{id}/holds/{holdId}/{what}",
            mall.Tokens.Staff("points:hold"),
            body,
            key ?? Mall.NewKey()
        );

    private static (long Available, long Held) BalanceOf(Answer answer)
    {
        var balance = answer.Body["balance"] ?? answer.Body;
        return ((long)balance["available"]!, (long)balance["held"]!);
    }
}
