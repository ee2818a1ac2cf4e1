using PointsMall.Tests.Api.Harness;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api;

/// <summary>Corrections by staff, and the second person above the programme's threshold.</summary>
[Collection(AccountTests.ProgrammeSettings)]
public sealed class AdjustmentTests(Mall mall)
{
    private const long Above = 500_000;

    [Fact]
    [Trait("Behaviour", "PTS-7")]
    public async Task A_small_adjustment_moves_points_either_way_and_zero_is_refused()
    {
        var (id, token) = await mall.Member(100);

        var added = await Adjust(id, 20, "first-adjustment");
        var again = await Adjust(id, 20, "first-adjustment");
        var taken = await Adjust(id, -70);

        Assert.Equal((201, 201, 201), (added.Status, again.Status, taken.Status));
        Assert.Equal("true", again.Header("Idempotent-Replayed"));
        Assert.Equal($"{added.Body["entry"]}", $"{again.Body["entry"]}");
        Assert.Equal("adjustment", (string?)taken.Body["entry"]!["type"]);
        Assert.Equal(50, Available(taken));
        Assert.Equal("insufficient_points", (await Adjust(id, -51)).Code);
        Assert.NotNull((await Adjust(id, 0)).Body["errors"]!["points"]);
        Assert.Equal(50, Available(await mall.Get("/v1/me/balance", token)));
    }

    [Fact]
    [Trait("Behaviour", "PTS-7")]
    public async Task A_large_adjustment_moves_nothing_until_somebody_else_approves_it()
    {
        await SetThreshold();
        var (id, token) = await mall.Member(100);

        var asked = await Adjust(id, Above + 1, "large");
        var approvalId = (string)asked.Body["approval"]!["approvalId"]!;
        Assert.Equal(202, asked.Status);
        Assert.Equal("pending", (string?)asked.Body["approval"]!["status"]);
        Assert.Equal(100, Available(asked));
        Assert.Equal(202, (await Adjust(id, Above + 1, "large")).Status);
        Assert.Contains(
            Mall.Items(await mall.Get("/v1/approvals?status=pending", Second)),
            approval => (string?)approval!["approvalId"] == approvalId
        );

        Assert.Equal("second_person_required", (await Decide(approvalId, "approve", First)).Code);
        var approved = await Decide(approvalId, "approve", Second, "yes");
        Assert.Equal(200, approved.Status);
        Assert.Equal(Above + 101, Available(approved));
        Assert.Equal("approved", (string?)approved.Body["approval"]!["status"]);
        Assert.Equal("staff:second", (string?)approved.Body["approval"]!["decidedBy"]);
        var replayed = await Decide(approvalId, "approve", Second, "yes");
        Assert.Equal($"{approved.Body}", $"{replayed.Body}");
        Assert.Equal("approval_decided", (await Decide(approvalId, "reject", Second)).Code);
        Assert.Equal(Above + 101, Available(await mall.Get("/v1/me/balance", token)));
    }

    [Fact]
    [Trait("Behaviour", "PTS-7")]
    public async Task A_declined_adjustment_moves_nothing_and_one_without_points_stays_pending()
    {
        await SetThreshold();
        var (id, _) = await mall.Member(100);
        var declined = (string)(await Adjust(id, Above + 1)).Body["approval"]!["approvalId"]!;
        var withoutPoints = (string)(await Adjust(id, -Above - 1)).Body["approval"]!["approvalId"]!;

        var rejected = await Decide(declined, "reject", Second);
        Assert.Equal("rejected", (string?)rejected.Body["approval"]!["status"]);
        Assert.Null(rejected.Body["entry"]);
        Assert.Equal(100, Available(rejected));
        Assert.Equal("insufficient_points", (await Decide(withoutPoints, "approve", Second)).Code);
        await mall.Grant(id, Above + 1);
        Assert.Equal(100, Available(await Decide(withoutPoints, "approve", Second)));
        Assert.Equal(
            "approval_not_found",
            (
                await Decide(
                    $"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}",
                    "approve",
                    Second
                )
            ).Code
        );
        Assert.Equal(
            403,
            (
                await Decide(declined, "approve", mall.Tokens.StaffNamed("third", "points:adjust"))
            ).Status
        );
    }

    private string First => mall.Tokens.StaffNamed("first", "points:adjust", "points:approve");

    private string Second => mall.Tokens.StaffNamed("second", "points:approve");

    private Task<Answer> Decide(string id, string verb, string token, string? key = null) =>
        mall.Send(HttpMethod.Post, $"/v1/approvals/{id}/{verb}", token, key: key ?? Mall.NewKey());

    private Task<Answer> Adjust(Guid id, long points, string? key = null) =>
        mall.Post(
            $"/v1/members/{id}/points/adjustments",
            mall.Tokens.StaffNamed("first", "points:adjust"),
            $$"""{ "points": {{points}}, "reason": "miscounted" }""",
            key ?? Mall.NewKey()
        );

    private static long Available(Answer answer) =>
        (long)(answer.Body["balance"] ?? answer.Body)["available"]!;

    private async Task SetThreshold()
    {
        var settings = (await mall.Get("/v1/programme", mall.StaffToken)).Body;
        settings["adjustmentApprovalAbove"] = Above;
        var set = await mall.Send(
            HttpMethod.Put,
            "/v1/programme",
            mall.StaffToken,
            settings.ToJsonString()
        );
        Assert.Equal(200, set.Status);
        var (probe, _) = await mall.Member();
        await Eventually.Is(() => Adjust(probe, Above + 1), asked => asked.Status == 202);
    }
}
