using System.Text.Json.Nodes;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>Grants by the thousand, each row for itself.</summary>
public sealed class BulkTests(Mall mall)
{
    private const string Path = "/v1/points/grants/bulk";

    [Fact]
    [Trait("Behaviour", "PTS-4")]
    public async Task Good_rows_are_granted_and_bad_ones_named_and_a_repeat_grants_nothing()
    {
        var (ann, _) = await mall.Member();
        var (bob, _) = await mall.Member();
        var key = Mall.NewKey();
        var nobody = Mall.NewKey();
        string[] rows =
        [
            $$"""{"key":"{{key}}","memberId":"{{ann}}","points":5,"reason":"a"}""",
            $$"""{"key":"{{key}}","memberId":"{{bob}}","points":6,"reason":"b"}""",
            $$"""{"key":"{{key}}2","memberId":"{{ann}}","points":0,"reason":"c"}""",
            $$"""{"key":"{{key}}3","memberId":"{{nobody}}","points":1,"reason":"d"}""",
            $$"""{"key":"{{key}}4","memberId":"{{ann}}","points":1,"reason":"e","tier":"gold"}""",
            """["not", "a", "row"]""",
            $$"""{"memberId":"{{ann}}","points":1,"reason":"g"}""",
        ];
        var body = $"[{string.Join(',', rows)}]";

        var first = await mall.Post(Path, mall.StaffToken, body);
        var again = await mall.Post(Path, mall.StaffToken, body);

        Assert.Equal(200, first.Status);
        Assert.Equal([201, 201, 400, 404, 400, 400, 400], Statuses(first));
        Assert.Equal((2, 5), ((int)first.Body["succeeded"]!, (int)first.Body["refused"]!));
        Assert.Equal(5, (long)Row(first, 0)["entry"]!["points"]!);
        Assert.NotNull(Row(first, 2)["error"]!["errors"]!["points"]);
        Assert.Equal("member_not_found", (string?)Row(first, 3)["error"]!["code"]);
        Assert.NotNull(Row(first, 4)["error"]!["errors"]!["tier"]);
        Assert.NotNull(Row(first, 6)["error"]!["errors"]!["key"]);
        Assert.Equal(Statuses(first), Statuses(again));
        Assert.True((bool)Row(again, 0)["replayed"]!);
        Assert.Equal($"{Row(first, 1)["entry"]}", $"{Row(again, 1)["entry"]}");
        Assert.Equal(5, await Available(ann));
        Assert.Equal(6, await Available(bob));
    }

    [Fact]
    public async Task A_row_and_a_single_grant_with_one_key_are_one_command()
    {
        var (id, _) = await mall.Member();
        var key = Mall.NewKey();
        var single = await mall.Post(
            $"/v1/members/{id}/points/grants",
            mall.StaffToken,
            """{"reason":"x","points":5}""",
            key
        );

        var bulk = await mall.Post(
            Path,
            mall.StaffToken,
            $$"""[{"key":"{{key}}","memberId":"{{id}}","points":5,"reason":"x"}]"""
        );

        Assert.True((bool)Row(bulk, 0)["replayed"]!);
        Assert.Equal($"{single.Body["entry"]}", $"{Row(bulk, 0)["entry"]}");
        Assert.Equal(5, await Available(id));
    }

    [Fact]
    public async Task A_thousand_lines_for_one_member_are_all_granted()
    {
        var (id, _) = await mall.Member();
        var key = Mall.NewKey();
        var lines = Enumerable
            .Range(0, 1_000)
            .Select(i =>
                $$"""{"key":"{{key}}-{{i}}","memberId":"{{id}}","points":1,"reason":"x"}"""
            );
        var answer = await mall.Send(
            HttpMethod.Post,
            Path,
            mall.StaffToken,
            string.Join("\r\n", lines) + "\n\n",
            mediaType: "application/x-ndjson"
        );

        Assert.Equal(200, answer.Status);
        Assert.All(Statuses(answer), status => Assert.Equal(201, status));
        Assert.Equal(1_000, await Available(id));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[{}")]
    [InlineData("[{}] []")]
    public async Task What_is_no_list_of_rows_is_refused_whole(string body)
    {
        var answer = await mall.Post(Path, mall.StaffToken, body);
        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task More_than_a_thousand_rows_are_refused_whole()
    {
        var (id, _) = await mall.Member();
        var rows = Enumerable
            .Range(0, 1_001)
            .Select(i => $$"""{"key":"k{{i}}","memberId":"{{id}}","points":1,"reason":"x"}""");
        var answer = await mall.Post(Path, mall.StaffToken, $"[{string.Join(',', rows)}]");

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
        Assert.Equal(0, await Available(id));
    }

    private async Task<long> Available(Guid id) =>
        (long)(await mall.Get($"/v1/members/{id}/balance", mall.StaffToken)).Body["available"]!;

    private static JsonNode Row(Answer answer, int index) => answer.Body["rows"]![index]!;

    private static IEnumerable<int> Statuses(Answer answer) =>
        ((JsonArray)answer.Body["rows"]!).Select(row => (int)row!["status"]!);
}
