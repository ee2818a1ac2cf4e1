using System.Globalization;
using System.Text.Json.Nodes;
using PointsMall.Api.Authentication;
using PointsMall.Tests.Api.Harness;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api;

/// <summary>
/// The rulebook from draft to retirement, and what events would earn by it. There is one rulebook in the mall: each test publishes what it
/// needs and asks by the version that it got.
/// </summary>
public sealed class RulebookTests(Mall mall)
{
    [Fact]
    [Trait("Behaviour", "RULE-1")]
    [Trait("Behaviour", "EARN-12")]
    public async Task A_draft_is_published_and_decides_what_events_earn()
    {
        var (memberId, _) = await mall.Member();
        var version = await Publish(Book("visit", 17));

        var preview = await Eventually.Is(
            () => Preview(memberId, "visit"),
            answer => (long?)answer.Body["rulebookVersion"] == version
        );

        Assert.Equal(17, (long)preview.Body["points"]!);
        var award = preview.Body["awards"]![0]!;
        Assert.Equal("welcome", (string?)award["ruleId"]);
        Assert.Equal("rate", (string?)award["steps"]![0]!["kind"]);
        Assert.Null(award["expiresAt"]);
        var detail = await mall.Get($"/v1/rulebook/versions/{version}", mall.StaffToken);
        Assert.Equal(17, (long)detail.Body["rulebook"]!["rules"]![0]!["reward"]!["points"]!);
        Assert.True((bool)detail.Body["version"]!["inForce"]!);
    }

    [Fact]
    public async Task A_draft_is_replaced_only_by_who_knows_it_and_may_be_wrong()
    {
        var revision = await Revision();

        var saved = await Put("""{"rules":[{"id":"Bad"}]}""", revision);
        var late = await Put(Book("visit", 1), revision);
        var again = await Put("""{"rules":[{"id":"Bad"}]}""", revision);
        var published = await PublishDraft(revision + 1);

        Assert.Equal(200, saved.Status);
        Assert.Equal(revision + 1, (long)saved.Body["revision"]!);
        Assert.Contains(
            "/rules/0/id",
            ((JsonArray)saved.Body["errors"]!).Select(error => (string?)error!["path"])
        );
        Assert.Equal((409, "version_conflict"), (late.Status, late.Code));
        Assert.Equal((200, saved.Text), (again.Status, again.Text));
        Assert.Equal((422, "rulebook_invalid"), (published.Status, published.Code));
        Assert.NotNull(published.Body["errors"]!["/rules/0/event"]);
    }

    [Fact]
    public async Task What_is_no_rulebook_is_refused_with_what_is_wrong()
    {
        var revision = await Revision();
        var deep = string.Concat(Enumerable.Repeat("{\"not\":", 60)) + "1" + new string('}', 60);

        var cut = await Put("{\"rules\":[", revision);
        var list = await Put("[]", revision);
        var nested = await Put(deep, revision);
        var surrogate = await Put("""{"rules":[],"x":"\ud800"}""", revision);
        var large = await Put($"{{\"rules\":[]{new string(' ', 300_000)}}}", revision);
        var nameless = await mall.Send(
            HttpMethod.Put,
            "/v1/rulebook/draft",
            mall.StaffToken,
            Book("visit", 1)
        );
        var checkedOnly = await mall.Post(
            "/v1/rulebook/validate",
            mall.StaffToken,
            """{"rules":[{"id":"a","event":"visit","reward":{"kind":"fixed","points":0},"validity":{"kind":"never"}}]}"""
        );

        Assert.All(
            [cut, list, nested, surrogate, nameless],
            answer => Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code))
        );
        Assert.Equal(413, large.Status);
        Assert.False((bool)checkedOnly.Body["valid"]!);
        Assert.Equal(
            "/rules/0/reward/points",
            (string?)Assert.Single((JsonArray)checkedOnly.Body["errors"]!)!["path"]
        );
        Assert.Equal(revision, await Revision());
    }

    [Fact]
    [Trait("Behaviour", "RULE-1")]
    public async Task Publishing_again_answers_with_the_same_version_and_never_reaches_into_the_past()
    {
        var revision = await Draft(Book("visit", 3));

        var past = await PublishDraft(revision, start: "2026-01-01T00:00:00Z");
        var first = await PublishDraft(revision, start: "2126-01-01T00:00:00Z");
        var again = await PublishDraft(revision, start: "2126-01-01T00:00:00Z");
        var moved = await PublishDraft(revision, start: "2127-01-01T00:00:00Z");
        var unknown = await PublishDraft(revision + 1_000);

        Assert.Equal(400, past.Status);
        Assert.NotNull(past.Body["errors"]!["start"]);
        Assert.Equal((201, first.Text), (first.Status, again.Text));
        Assert.False((bool)first.Body["inForce"]!);
        Assert.Equal(400, moved.Status);
        Assert.Equal((409, "version_conflict"), (unknown.Status, unknown.Code));
        await Retire((long)first.Body["version"]!);
    }

    [Fact]
    [Trait("Behaviour", "RULE-1")]
    public async Task Retiring_a_version_puts_the_one_before_in_force_again()
    {
        var (memberId, _) = await mall.Member();
        var before = await Publish(Book("visit", 5));
        var after = await Publish(Book("visit", 6));

        var retired = await Retire(after);
        var again = await Retire(after);
        var preview = await Eventually.Is(
            () => Preview(memberId, "visit"),
            answer => (long?)answer.Body["rulebookVersion"] == before
        );

        Assert.Equal((200, retired.Text), (retired.Status, again.Text));
        Assert.NotNull(retired.Body["retiredAt"]);
        Assert.Equal(5, (long)preview.Body["points"]!);
        Assert.Equal((404, "rulebook_version_not_found"), Of(await Retire(999_999)));
        Assert.Equal(
            (404, "rulebook_version_not_found"),
            Of(await mall.Get("/v1/rulebook/versions/999999", mall.StaffToken))
        );
    }

    [Fact]
    [Trait("Behaviour", "RULE-3")]
    public async Task An_export_is_imported_once_with_a_plan_first()
    {
        var version = await Publish(Book("visit", 8));
        var file = await mall.Get($"/v1/rulebook/export?version={version}", mall.StaffToken);
        await Publish(Book("visit", 9));

        var plan = await Import(file.Text, "?plan=true");
        var planned = await Newest();
        var applied = await Import(file.Text);
        var again = await Import(file.Text);

        Assert.Equal("publish", (string?)plan.Body["action"]);
        var change = Assert.Single((JsonArray)plan.Body["changes"]!)!;
        Assert.Equal("/rules/welcome/reward/points", (string?)change["path"]);
        Assert.Equal((9, 8), ((long)change["before"]!, (long)change["after"]!));
        Assert.Null(plan.Body["version"]);
        Assert.Equal("publish", (string?)applied.Body["action"]);
        Assert.True((long)applied.Body["version"]!["version"]! > planned);
        Assert.Equal("none", (string?)again.Body["action"]);
        Assert.Equal(
            (long)applied.Body["version"]!["version"]!,
            (long)again.Body["version"]!["version"]!
        );
        Assert.Equal((string?)file.Body["sha256"], (string?)applied.Body["version"]!["sha256"]);
        Assert.Equal(400, (await Import("{}")).Status);
        Assert.Equal(
            (422, "rulebook_invalid"),
            Of(await Import("""{"format":"points-mall-rulebook/1","rulebook":{}}"""))
        );
    }

    [Fact]
    [Trait("Behaviour", "RULE-2")]
    public async Task A_draft_is_compared_with_a_version_and_tried_against_a_real_member()
    {
        var (memberId, _) = await mall.Member();
        var version = await Publish(Book("draft_visit", 10));
        await Draft(Book("draft_visit", 25));
        await Eventually.Is(
            () => Preview(memberId, "draft_visit"),
            answer => (long?)answer.Body["rulebookVersion"] == version
        );

        var diff = await mall.Get($"/v1/rulebook/diff?from={version}&to=draft", mall.StaffToken);
        var tried = await mall.Post(
            "/v1/rulebook/draft/preview",
            mall.StaffToken,
            Event(memberId, "draft_visit")
        );

        Assert.Equal(
            "/rules/welcome/reward/points",
            (string?)Assert.Single((JsonArray)diff.Body["changes"]!)!["path"]
        );
        Assert.Equal(25, (long)tried.Body["byDraft"]!["points"]!);
        Assert.Equal(10, (long)tried.Body["inForce"]!["points"]!);
        Assert.Equal(
            (404, "rulebook_version_not_found"),
            Of(await mall.Get("/v1/rulebook/diff?from=999999&to=draft", mall.StaffToken))
        );
    }

    [Fact]
    [Trait("Behaviour", "EARN-12")]
    public async Task A_preview_shows_points_by_line_and_why_other_rules_gave_nothing()
    {
        var (memberId, _) = await mall.Member();
        var version = await Publish(
            """
            {"validity":{"kind":"months","length":12},"rules":[
              {"id":"base","event":"purchase_paid","reward":{"kind":"per_amount","points":1,"per":100,"currency":"CNY"},"pending":{"from":"delivered","days":7}},
              {"id":"gold","event":"purchase_paid","when":{"field":"member.tier","is":"gold"},"reward":{"kind":"fixed","points":50}}
            ]}
            """
        );
        var order =
            """{"orderId":"o1","currency":"CNY","discount":100,"lines":[{"lineId":"a","sku":"tea","quantity":1,"amount":700},{"lineId":"b","sku":"cup","category":"home","quantity":2,"amount":300}]}""";

        var preview = await Eventually.Is(
            () =>
                mall.Post(
                    "/v1/earnings/preview",
                    mall.Tokens.Staff(Permissions.EarningsPreview),
                    Event(
                        memberId,
                        "purchase_paid",
                        $",\"purchase\":{order},\"attributes\":{{\"first\":true,\"stars\":4.5,\"from\":\"ad\"}}"
                    )
                ),
            answer => (long?)answer.Body["rulebookVersion"] == version
        );

        var award = Assert.Single((JsonArray)preview.Body["awards"]!)!;
        Assert.Equal(9, (long)award["points"]!);
        Assert.Equal(
            """[{"lineId":"a","points":6},{"lineId":"b","points":3}]""",
            award["lines"]!.ToJsonString()
        );
        Assert.Null(award["activatesAt"]);
        Assert.Equal(
            """[{"ruleId":"gold","reason":"condition_not_met"}]""",
            preview.Body["notFired"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task A_preview_refuses_what_the_event_itself_would_be_refused_for()
    {
        var (memberId, memberToken) = await mall.Member();
        var stranger = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

        var bad = await mall.Post(
            "/v1/earnings/preview",
            mall.StaffToken,
            Event(
                memberId,
                "purchase_paid",
                ""","purchase":{"orderId":"o","currency":"CNY","discount":2,"lines":[{"lineId":"a","sku":"s","quantity":1,"amount":1}]}"""
            )
        );

        Assert.Equal((400, "invalid_request"), Of(bad));
        Assert.NotNull(bad.Body["errors"]!["purchase.discount"]);
        Assert.Equal((404, "member_not_found"), Of(await Preview(stranger, "visit")));
        Assert.Equal(
            (400, "invalid_request"),
            Of(
                await mall.Post(
                    "/v1/earnings/preview",
                    mall.StaffToken,
                    Event(memberId, "visit", ",\"attributes\":{\"x\":\"\\ud800\"}")
                )
            )
        );
        Assert.Equal(
            403,
            (await mall.Post("/v1/earnings/preview", memberToken, Event(memberId, "visit"))).Status
        );
    }

    [Fact]
    public async Task Versions_page_newest_first()
    {
        var first = await Publish(Book("visit", 1));
        var second = await Publish(Book("visit", 2));

        var page = await mall.Get("/v1/rulebook/versions?limit=1", mall.StaffToken);
        var next = await mall.Get(
            $"/v1/rulebook/versions?limit=1&cursor={page.Body["nextCursor"]}",
            mall.StaffToken
        );

        Assert.Equal(second, (long)Mall.Items(page)[0]!["version"]!);
        Assert.Equal(first, (long)Mall.Items(next)[0]!["version"]!);
    }

    private static string Book(string type, long points) =>
        $$"""{"validity":{"kind":"never"},"rules":[{"id":"welcome","event":"{{type}}","reward":{"kind":"fixed","points":{{points}}} }]}""";

    private static string Event(Guid memberId, string type, string more = "") =>
        $$"""{"memberId":"{{memberId}}","eventId":"e1","type":"{{type}}"{{more}}}""";

    private static (int Status, string? Code) Of(Answer answer) => (answer.Status, answer.Code);

    private Task<Answer> Preview(Guid memberId, string type) =>
        mall.Post("/v1/earnings/preview", mall.StaffToken, Event(memberId, type));

    private async Task<long> Revision() =>
        (long)(await mall.Get("/v1/rulebook/draft", mall.StaffToken)).Body["revision"]!;

    private Task<Answer> Put(string document, long revision) =>
        mall.Send(
            HttpMethod.Put,
            string.Create(CultureInfo.InvariantCulture, $"/v1/rulebook/draft?revision={revision}"),
            mall.StaffToken,
            document
        );

    private async Task<long> Draft(string document)
    {
        var saved = await Put(document, await Revision());
        Assert.Equal(200, saved.Status);
        return (long)saved.Body["revision"]!;
    }

    private Task<Answer> PublishDraft(long revision, string? start = null) =>
        mall.Post(
            "/v1/rulebook/versions",
            mall.StaffToken,
            start is null
                ? $$"""{"draftRevision":{{revision}}}"""
                : $$"""{"draftRevision":{{revision}},"start":"{{start}}"}"""
        );

    private async Task<long> Publish(string document)
    {
        var published = await PublishDraft(await Draft(document));
        Assert.Equal(201, published.Status);
        return (long)published.Body["version"]!;
    }

    private Task<Answer> Retire(long version) =>
        mall.Post(
            string.Create(
                CultureInfo.InvariantCulture,
                $"/v1/rulebook/versions/{version}/retirement"
            ),
            mall.StaffToken,
            "{}"
        );

    private Task<Answer> Import(string file, string query = "") =>
        mall.Post($"/v1/rulebook/import{query}", mall.StaffToken, file);

    private async Task<long> Newest() =>
        (long)
            Mall.Items(await mall.Get("/v1/rulebook/versions?limit=1", mall.StaffToken))[0]![
                "version"
            ]!;
}
