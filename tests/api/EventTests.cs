using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PointsMall.Grains.Programme;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Api.Harness;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api;

/// <summary>Events over HTTP: what they earn, and what refunds take back. After each test the books are verified.</summary>
public sealed class EventTests(EventTests.EarningMall mall)
    : IClassFixture<EventTests.EarningMall>,
        IAsyncLifetime
{
    private const int ManyMembers = 40;

    /// <summary>A mall of its own, with one rulebook in force.</summary>
    public sealed class EarningMall(Mall shared) : IAsyncLifetime
    {
        private const string Rulebook = """
            {
              "validity": { "kind": "never" },
              "caps": [
                { "id": "daily", "scope": "member", "period": "day", "times": 2 },
                { "id": "pot", "scope": "programme", "points": 100, "over": "clip" }
              ],
              "rules": [
                { "id": "buy", "event": "purchase_paid", "reward": { "kind": "per_amount", "points": 1, "per": 100, "currency": "CNY" } },
                { "id": "window", "event": "purchase_paid", "when": { "field": "event.channel", "is": "late" },
                  "reward": { "kind": "per_item", "points": 10 }, "pending": { "from": "paid", "days": 7 } },
                { "id": "delivered", "event": "purchase_paid", "when": { "field": "event.channel", "is": "post" },
                  "reward": { "kind": "per_item", "points": 5 }, "pending": { "from": "delivered", "days": 0 },
                  "validity": { "kind": "days", "length": 30 } },
                { "id": "check", "event": "check_in", "reward": { "kind": "fixed", "points": 2 } },
                { "id": "week", "event": "check_in", "when": { "field": "event.attribute.streak", "is": 7 },
                  "reward": { "kind": "fixed", "points": 50 } },
                { "id": "share", "event": "share", "reward": { "kind": "fixed", "points": 3 }, "caps": ["daily"] },
                { "id": "task", "event": "task_completed", "reward": { "kind": "fixed", "points": 30 }, "caps": ["pot"] }
              ]
            }
            """;

        private PostgresDatabase? _database;
        private TestSilo? _silo;
        private RunningApi? _api;

        public ApiClient Here { get; private set; } = null!;

        public PostgresDatabase Database => _database!;

        /// <summary>Waits until the silo goes by it.</summary>
        public Task HasDebtLimit(long? points) =>
            Eventually.Is(
                () =>
                    Task.FromResult(
                        _silo!
                            .Services.GetRequiredService<ProgrammeSettingsCache>()
                            .Current.Settings.DebtLimit
                    ),
                limit => limit == points
            );

        public async ValueTask InitializeAsync()
        {
            _database = await shared.CreateDatabase();
            _silo = await TestSilo.Start(_database);
            _api = await shared.StartApi(_database);
            Here = shared.At(_api);
            var saved = await Here.Send(
                HttpMethod.Put,
                "/v1/rulebook/draft?revision=0",
                Here.StaffToken,
                Rulebook
            );
            Assert.True(saved.Status == 200, saved.Text);
            var published = await Here.Post(
                "/v1/rulebook/versions",
                Here.StaffToken,
                $$"""{"draftRevision":{{saved.Body["revision"]}}}"""
            );
            Assert.True(published.Status == 201, published.Text);
            var (member, _) = await Here.Member();
            await Eventually.Is(
                () => Here.Post("/v1/events", Here.StaffToken, Event(member, "share")),
                answer => (long?)answer.Body["points"] == 3
            );
        }

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
            if (_database is not null)
            {
                await _database.DisposeAsync();
            }
        }
    }

    private readonly ApiClient _here = mall.Here;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await using var rows = NpgsqlDataSource.Create(
            $"{mall.Database.SuperuserConnectionString};Search Path=mall"
        );
        var report = await Verifier.Run(rows, TestContext.Current.CancellationToken);
        Assert.True(report.IsClean, report.ToString());
    }

    [Fact]
    [Trait("Behaviour", "EARN-1")]
    [Trait("Behaviour", "EARN-3")]
    [Trait("Behaviour", "EARN-12")]
    public async Task A_purchase_earns_once_whatever_is_resent()
    {
        var (member, token) = await _here.Member();
        var body = Purchase(member, "o1", (1, 12_345), (2, 6_000));
        var preview = await _here.Post("/v1/earnings/preview", _here.StaffToken, body);

        var first = await Send(body);
        var again = await Send(body);
        var resent = await Send(Purchase(member, "o1", (1, 12_345), (2, 6_000)));

        Assert.Equal(("earned", 183), (Status(first), (long)first.Body["points"]!));
        Assert.Equal((long)preview.Body["points"]!, (long)first.Body["points"]!);
        Assert.Equal($"{first.Body}", $"{again.Body}");
        Assert.Equal("true", again.Header("Idempotent-Replayed"));
        Assert.Equal(("already_paid", 0), (Status(resent), (long)resent.Body["points"]!));
        Assert.Equal(183, await Available(token));
        var entry = Assert.Single(Mall.Items(await _here.Get("/v1/me/ledger", token)))!;
        Assert.Equal(
            ("earning", "event"),
            ((string?)entry["type"], (string?)entry["cause"]!["kind"])
        );
    }

    [Fact]
    [Trait("Behaviour", "ORD-8")]
    [Trait("Behaviour", "ORD-9")]
    public async Task Partial_refunds_take_back_what_their_lines_earned_and_all_together_all_of_it()
    {
        var (member, token) = await _here.Member();
        var earned = await Send(Purchase(member, "o2", (3, 10_001), (1, 4_999)));
        Assert.Equal(150, (long)earned.Body["points"]!);

        long taken = 0;
        foreach (
            var refund in (string[])
                [
                    """{"lines":[{"lineId":"l0","quantity":1}]}""",
                    """{"lines":[{"lineId":"l0","quantity":1},{"lineId":"l1","amount":1000}]}""",
                    """{"amount":500}""",
                    "null",
                ]
        )
        {
            var answer = await Send(Refund(member, "o2", refund));
            Assert.Equal("reversed", Status(answer));
            taken += (long)answer.Body["reversed"]!;
            Assert.Equal(150 - taken, await Available(token));
        }
        var nothing = await Send(Refund(member, "o2", "null"));
        var tooMuch = await Send(
            Refund(member, "o2", """{"lines":[{"lineId":"l0","quantity":1}]}""")
        );

        Assert.Equal(150, taken);
        Assert.Equal("nothing", Status(nothing));
        Assert.NotNull(tooMuch.Body["errors"]!["refund.lines[0].quantity"]);
    }

    [Fact]
    [Trait("Behaviour", "ORD-8")]
    [Trait("Behaviour", "EARN-2")]
    public async Task A_refund_takes_pending_points_first_and_a_delivery_starts_the_window()
    {
        var (member, token) = await _here.Member();
        await Send(Purchase(member, "o3", "late", (2, 100)));
        Assert.Equal((1, 20), await Balance(token));
        var refund = await Send(
            Refund(member, "o3", """{"lines":[{"lineId":"l0","quantity":1}]}""")
        );
        Assert.Equal((1, 10), await Balance(token));
        Assert.Equal(10, (long)refund.Body["reversals"]![0]!["fromPending"]!);

        await Send(Purchase(member, "o4", "post", (4, 0)));
        Assert.Equal((1, 30), await Balance(token));
        var delivered = await Send(Delivery(member, "o4"));
        Assert.Equal(200, delivered.Status);
        Assert.Equal((21, 10), await Balance(token));
        Assert.Equal("nothing", Status(await Send(Delivery(member, "o4"))));
        await Send(Refund(member, "o4", "null"));
        Assert.Equal((1, 10), await Balance(token));
    }

    [Fact]
    [Trait("Behaviour", "ORD-8")]
    public async Task What_follows_a_purchase_waits_for_it()
    {
        var (member, token) = await _here.Member();
        var refund = await Send(
            Refund(member, "o5", """{"lines":[{"lineId":"l0","quantity":1}]}""")
        );
        var delivery = await Send(Delivery(member, "o5"));
        var paid = await Send(Purchase(member, "o5", "post", (2, 1_000)));

        Assert.Equal(("waiting", "waiting"), (Status(refund), Status(delivery)));
        Assert.Equal("earned", Status(paid));
        // 10 and 2 × 5, half of it given back, and delivered already.
        Assert.Equal(20, (long)paid.Body["points"]!);
        Assert.Equal(10, (long)paid.Body["reversed"]!);
        Assert.Equal((10, 0), await Balance(token));
    }

    [Fact]
    [Trait("Behaviour", "ORD-10")]
    [Trait("Behaviour", "EXP-4")]
    public async Task Points_that_were_spent_are_owed_up_to_the_limit_and_paid_off_by_the_next()
    {
        var (_, sku) = await _here.Product(points: 100);
        var (member, token) = await _here.Member();
        await Send(Purchase(member, "o6", (1, 10_000)));
        Assert.Equal(201, (await _here.Redeem(token, sku)).Status);

        await SetDebtLimit(60);
        var refunded = await Send(Refund(member, "o6", "null"));
        await SetDebtLimit(null);

        Assert.Equal(100, (long)refunded.Body["reversed"]!);
        Assert.Equal(60, (long)refunded.Body["reversals"]![0]!["owed"]!);
        Assert.Equal(40, (long)refunded.Body["shortfall"]!);
        Assert.Equal(60, (long)(await _here.Get("/v1/me/balance", token)).Body["debt"]!);
        await Send(Purchase(member, "o7", (1, 7_000)));
        var after = await _here.Get("/v1/me/balance", token);
        Assert.Equal((0, 10), ((long)after.Body["debt"]!, (long)after.Body["available"]!));
    }

    [Fact]
    [Trait("Behaviour", "EARN-5")]
    [Trait("Behaviour", "MKT-8")]
    [Trait("Behaviour", "RULE-3")]
    public async Task Caps_hold_for_a_member_and_a_budget_is_never_passed_by_all_together()
    {
        var (member, token) = await _here.Member();
        foreach (var points in (long[])[3, 3, 0])
        {
            var shared = await Send(Event(member, "share"));
            Assert.Equal(points, (long)shared.Body["points"]!);
        }
        Assert.Equal(6, await Available(token));

        var members = await Task.WhenAll(
            Enumerable.Range(0, ManyMembers).Select(_ => _here.Member())
        );
        var done = await Task.WhenAll(
            members.Select(other => Send(Event(other.Id, "task_completed")))
        );

        Assert.All(done, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(100, done.Sum(answer => (long)answer.Body["points"]!));
        await using var rows = NpgsqlDataSource.Create(mall.Database.SuperuserConnectionString);
        await using var used = rows.CreateCommand("select used from mall.earning_budget");
        Assert.Equal(100L, await used.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Each event must see what the one before it has counted, also while its caller is not yet answered.</summary>
    [Fact]
    [Trait("Behaviour", "EARN-5")]
    public async Task Events_of_one_member_at_once_do_not_pass_its_cap()
    {
        var members = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _here.Member()));

        await Task.WhenAll(
            members.SelectMany(member =>
                Enumerable.Range(0, 20).Select(_ => Send(Event(member.Id, "share")))
            )
        );

        foreach (var (_, token) in members)
        {
            Assert.Equal(6, await Available(token));
        }
    }

    [Fact]
    [Trait("Behaviour", "EARN-6")]
    [Trait("Behaviour", "EARN-7")]
    public async Task A_member_checks_in_once_a_day_and_the_seventh_day_in_a_row_gives_more()
    {
        var (member, token) = await _here.Member();
        await using var rows = NpgsqlDataSource.Create(mall.Database.SuperuserConnectionString);
        await using var before = rows.CreateCommand(
            "insert into mall.check_in values ($1, (now() at time zone 'Asia/Shanghai')::date - 1, 6, 9, $1)"
        );
        before.Parameters.Add(new() { Value = member });
        await before.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => _here.Send(HttpMethod.Post, "/v1/me/check-ins", token))
        );
        var partner = await Send(Event(member, "check_in"));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Single(answers, answer => answer.Header("Idempotent-Replayed") is null);
        Assert.Single(answers.Select(answer => answer.Text).Distinct(StringComparer.Ordinal));
        Assert.Equal(52, (long)answers[0].Body["points"]!);
        Assert.Equal(
            (7, 10),
            (
                (int)answers[0].Body["checkIn"]!["streak"]!,
                (int)answers[0].Body["checkIn"]!["total"]!
            )
        );
        Assert.Equal("already_checked_in", Status(partner));
        Assert.Equal(52, await Available(token));
        Assert.Equal(
            [7, 6],
            Mall.Items(await _here.Get("/v1/me/check-ins", token))
                .Select(day => (int)day!["streak"]!)
        );
    }

    [Fact]
    [Trait("Behaviour", "EARN-1")]
    public async Task Many_events_are_answered_row_by_row()
    {
        var (member, token) = await _here.Member();
        var external = $"shop-{Mall.NewKey()}";
        var named = await _here.Post(
            "/v1/members",
            _here.StaffToken,
            $$"""{"externalId":"{{external}}","displayName":"By another id"}"""
        );
        string[] rows =
        [
            Purchase(member, "o8", (1, 1_000)),
            Event(member, "share")
                .Replace(
                    $"\"memberId\":\"{member}\"",
                    $"\"externalMemberId\":\"{external}\"",
                    StringComparison.Ordinal
                ),
            Event(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), "share"),
            """{"eventId":"x","type":"Not Snake"}""",
            Refund(member, "o8", "null"),
            "not json",
        ];

        var answer = await SendLines(rows);
        var array = await _here.Post(
            "/v1/events",
            _here.StaffToken,
            $"[{string.Join(',', rows[..2])}]"
        );

        Assert.Equal((3, 3), ((int)answer.Body["succeeded"]!, (int)answer.Body["refused"]!));
        Assert.Equal(
            [200, 200, 404, 400, 200, 400],
            ((JsonArray)answer.Body["rows"]!).Select(row => (int)row!["status"]!)
        );
        Assert.Equal(
            ["earned", "earned", null, null, "reversed", null],
            ((JsonArray)answer.Body["rows"]!).Select(row => (string?)row!["event"]?["status"])
        );
        Assert.Equal(
            (string?)named.Body["memberId"],
            (string?)answer.Body["rows"]![1]!["event"]!["memberId"]
        );
        Assert.All((JsonArray)array.Body["rows"]!, row => Assert.True((bool)row!["replayed"]!));
        Assert.Equal(0, await Available(token));
    }

    [Fact]
    [Trait("Behaviour", "PERM-4")]
    public async Task Ids_of_others_and_calls_without_permission_are_refused()
    {
        var (member, _) = await _here.Member();
        var (other, _) = await _here.Member();
        var body = Purchase(member, "o9", (1, 1_000));
        Assert.Equal(200, (await Send(body)).Status);

        var sameEvent = await Send(
            body.Replace($"{member}", $"{other}", StringComparison.Ordinal)
                .Replace("\"o9\"", "\"o9b\"", StringComparison.Ordinal)
        );
        var sameOrder = await Send(Purchase(other, "o9", (1, 1_000)));
        var changed = await Send(body.Replace("1000", "2000", StringComparison.Ordinal));
        var without = await _here.Post(
            "/v1/events",
            _here.Tokens.Staff("points:grant"),
            Event(member, "share")
        );
        var future = await Send(
            Event(member, "share", ""","occurredAt":"2126-01-01T00:00:00Z" """)
        );

        Assert.Equal((422, "event_id_reused"), (sameEvent.Status, sameEvent.Code));
        Assert.Equal((422, "purchase_of_another_member"), (sameOrder.Status, sameOrder.Code));
        Assert.Equal((422, "idempotency_key_reused"), (changed.Status, changed.Code));
        Assert.Equal((403, "events:write"), (without.Status, (string?)without.Body["permission"]));
        Assert.NotNull(future.Body["errors"]!["occurredAt"]);
    }

    [Fact]
    [Trait("Behaviour", "SRV-3")]
    [Trait("Behaviour", "RULE-4")]
    public async Task An_entry_says_which_rule_gave_it_and_why()
    {
        var (member, token) = await _here.Member();
        await Send(Purchase(member, "o10", (1, 12_399)));
        await Send(Refund(member, "o10", "null"));
        var entries = Mall.Items(await _here.Get("/v1/me/ledger", token));

        var earned = await _here.Get(
            $"/v1/members/{member}/ledger/{entries[1]!["entryId"]}",
            _here.StaffToken
        );
        var mine = await _here.Get($"/v1/me/ledger/{entries[1]!["entryId"]}", token, "zh");
        var reversed = await _here.Get($"/v1/me/ledger/{entries[0]!["entryId"]}", token);

        var sent = earned.Body["event"]!;
        Assert.Equal(
            ("buy", "o10", "purchase_paid"),
            ((string?)sent["ruleId"], (string?)sent["orderId"], (string?)sent["type"])
        );
        Assert.Equal("base", (string?)sent["steps"]![0]!["kind"]);
        Assert.Equal("12399", (string?)sent["steps"]![0]!["value"]);
        var words = string.Join(' ', ((JsonArray)mine.Body["sentences"]!).Select(s => $"{s}"));
        Assert.Contains("您获得了 123 积分", words, StringComparison.Ordinal);
        Assert.Contains("o10", words, StringComparison.Ordinal);
        Assert.Contains(
            "123 points that a purchase had earned were taken back",
            string.Join(' ', ((JsonArray)reversed.Body["sentences"]!).Select(s => $"{s}")),
            StringComparison.Ordinal
        );
    }

    private Task<Answer> Send(string body) => _here.Post("/v1/events", _here.StaffToken, body);

    private Task<Answer> SendLines(string[] rows) =>
        _here.Send(
            HttpMethod.Post,
            "/v1/events",
            _here.StaffToken,
            string.Join('\n', rows),
            mediaType: "application/x-ndjson"
        );

    private async Task SetDebtLimit(long? points)
    {
        var settings = (JsonObject)(await _here.Get("/v1/programme", _here.StaffToken)).Body;
        settings["debtLimit"] = points;
        var changed = await _here.Send(
            HttpMethod.Put,
            "/v1/programme",
            _here.StaffToken,
            settings.ToJsonString()
        );
        Assert.True(changed.Status == 200, changed.Text);
        await mall.HasDebtLimit(points);
    }

    private async Task<long> Available(string token) => (await Balance(token)).Available;

    private async Task<(long Available, long Pending)> Balance(string token)
    {
        var balance = (await _here.Get("/v1/me/balance", token)).Body;
        return ((long)balance["available"]!, (long)balance["pending"]!);
    }

    private static string? Status(Answer answer) => (string?)answer.Body["status"];

    private static string Event(Guid member, string type, string more = "") =>
        $$"""{"eventId":"{{Mall.NewKey()}}","memberId":"{{member}}","type":"{{type}}"{{more}}}""";

    private static string Purchase(
        Guid member,
        string order,
        params (int Quantity, long Amount)[] lines
    ) => Purchase(member, order, "app", lines);

    private static string Purchase(
        Guid member,
        string order,
        string channel,
        params (int Quantity, long Amount)[] lines
    )
    {
        var json = lines.Select(
            (line, i) =>
                $$"""{"lineId":"l{{i}}","sku":"s{{i}}","quantity":{{line.Quantity}},"amount":{{line.Amount}}}"""
        );
        return Event(
            member,
            "purchase_paid",
            $$""","channel":"{{channel}}","purchase":{"orderId":"{{order}}","currency":"CNY","lines":[{{string.Join(',', json)}}]}"""
        );
    }

    private static string Refund(Guid member, string order, string refund) =>
        Event(member, "purchase_refunded", $$""","orderId":"{{order}}","refund":{{refund}}""");

    private static string Delivery(Guid member, string order) =>
        Event(member, "purchase_delivered", $$""","orderId":"{{order}}" """);
}
