using System.Net;

namespace PointsMall.Tests.Cli;

/// <summary><c>mall up</c> and what works while it runs.</summary>
public sealed class UpTests(DemoMall demo) : IClassFixture<DemoMall>
{
    private RunningMall Mall => demo.Running;

    [Fact]
    [Trait("Behaviour", "OPS-2")]
    public async Task Once_up_says_ready_the_api_and_every_silo_are()
    {
        using var answer = await Mall.Api.GetAsync("/healthz/ready");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(
            ["api", "postgres", "silo1", "silo2", "up"],
            Mall.Processes().Keys.Order(StringComparer.Ordinal)
        );
        Assert.Contains($"{Mall.Data}/logs", Mall.Said, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Behaviour", "RED-1")]
    public async Task The_demo_programme_can_be_redeemed_with_the_words_of_the_readme()
    {
        var member = await MemberId("demo-001");
        var mug = await Mall.Query("select sku_id from sku where code = 'MUG-WHITE'");
        var token = await Mall.Token("member", member);
        var before = await Mall.Get("/v1/me/balance", token);

        var redeemed = await Mall.Post(
            "/v1/me/redemptions",
            token,
            "my-first-mug",
            $$"""{ "items": [ { "skuId": "{{mug}}", "quantity": 1 } ] }"""
        );

        Assert.Equal(1_200, redeemed.GetProperty("order").GetProperty("pointsTotal").GetInt64());
        var after = await Mall.Get("/v1/me/balance", token);
        Assert.Equal(Available(before) - 1_200, Available(after));
    }

    [Fact]
    public async Task The_demo_programme_has_what_a_storefront_needs()
    {
        Assert.Equal(
            "t|t|t|t",
            await Mall.Query(
                """
                select
                    (select count(*) >= 12 and count(distinct category) >= 4 from product where listed),
                    (select bool_and(translations::text like '%zh%') from product),
                    (select count(*) filter (where per_member_limit is not null) > 0
                        and count(*) filter (where redeemable_from > now()) > 0 from sku),
                    (select count(*) = 20 from member where external_id like 'demo-%')
                """
            )
        );
        Assert.Equal("0", await Mall.Query("select count(*) from stock where available <= 0"));
        Assert.NotEqual(
            "0",
            await Mall.Query("select count(*) from member_account where pending > 0")
        );
    }

    [Fact]
    [Trait("Behaviour", "PTS-4")]
    public async Task Filling_the_demo_programme_in_twice_changes_nothing()
    {
        const string count = """
            select (select count(*) from ledger_entry where type = 'grant') || ' ' || (select count(*) from member)
                || ' ' || (select count(*) from product) || ' ' || (select count(*) from sku)
                || ' ' || (select count(*) from stock_movement)
            """;
        var before = await Mall.Query(count);

        var seed = await Terminal.Run(
            "env",
            $"Auth__PrivateKeyFile={Mall.Data}/keys/private.pem",
            $"Seed__Api={Mall.Api.BaseAddress}",
            "dotnet",
            $"{Terminal.Repository}/api/bin/Release/net10.0/PointsMall.Api.dll",
            "seed"
        );

        Assert.True(seed.ExitCode == 0, seed.Errors);
        Assert.Equal(before, await Mall.Query(count));
    }

    [Fact]
    public async Task Tokens_come_one_a_line_in_the_order_asked()
    {
        var first = await MemberId("demo-003");
        var second = await MemberId("demo-002");

        var tokens = (await Mall.Token("member", first, second)).Split('\n');

        Assert.Equal(2, tokens.Length);
        Assert.Equal(
            first,
            (await Mall.Get("/v1/me", tokens[0])).GetProperty("memberId").GetString()
        );
        Assert.Equal(
            second,
            (await Mall.Get("/v1/me", tokens[1])).GetProperty("memberId").GetString()
        );
    }

    [Fact]
    [Trait("Behaviour", "SEC-5")]
    public async Task A_staff_token_holds_the_permissions_that_were_asked_for()
    {
        var member = await MemberId("demo-004");
        var all = await Mall.Token("staff");
        var few = await Mall.Token("staff", "--permissions", "stock:read");

        await Mall.Get($"/v1/members/{member}/balance", all);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/members/{member}/balance");
        request.Headers.Authorization = new("Bearer", few);
        using var refused = await Mall.Api.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task A_token_of_another_mall_opens_nothing()
    {
        var member = await MemberId("demo-005");
        var other = Directory.CreateTempSubdirectory("another mall ").FullName;
        var token = await Terminal.Mall("token", "member", member, "--data", other);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        request.Headers.Authorization = new("Bearer", token.Text.Trim());

        using var answer = await Mall.Api.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Directory.Delete(other, recursive: true);
    }

    [Fact]
    public async Task A_second_up_on_the_same_folder_says_that_it_runs_already()
    {
        var second = await Terminal.Mall(
            "up",
            "--data",
            Mall.Data,
            "--api-port",
            $"{RunningMall.FreePort()}"
        );

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("already runs", second.Errors, StringComparison.Ordinal);
        using var answer = await Mall.Api.GetAsync("/healthz/ready");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_silo_that_is_killed_comes_back_on_its_own_ports()
    {
        var ports = await File.ReadAllTextAsync($"{Mall.Data}/ports");
        var killed = Mall.Processes()["silo2"];

        await RunningMall.Signal(killed, "KILL");

        await RunningMall.Until(
            () => Task.FromResult(Mall.Processes()["silo2"] is var now && now != killed),
            "a new silo2"
        );
        using var silo = new HttpClient();
        var health = ports
            .Split('\n')
            .Single(line => line.StartsWith("silo2_health=", StringComparison.Ordinal));
        await RunningMall.Until(
            async () =>
                await IsReady(silo, $"http://127.0.0.1:{health.Split('=')[1]}/healthz/ready"),
            "silo2 is ready on its port"
        );
        Assert.Equal(ports, await File.ReadAllTextAsync($"{Mall.Data}/ports"));
    }

    [Fact]
    [Trait("Behaviour", "OPS-1")]
    public async Task A_mall_beside_it_stops_without_touching_it()
    {
        // root runs PostgreSQL as a user that can't enter this folder: its files are kept elsewhere
        using var folder = new DataFolder(reachable: false);
        await using (var second = await RunningMall.Start(folder.FullName, "--no-seed"))
        {
            var its = second.Processes().Values;
            Assert.Empty(its.Intersect(Mall.Processes().Values));
            Assert.Equal("0", await second.Query("select count(*) from member"));

            Assert.Equal(0, await second.Stop("INT"));

            Assert.DoesNotContain(its, RunningMall.IsAlive);
        }
        Assert.All(Mall.Processes().Values, pid => Assert.True(RunningMall.IsAlive(pid)));
        using var answer = await Mall.Api.GetAsync("/healthz/ready");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Only_their_owner_reads_passwords_and_the_private_key()
    {
        var modes = await Terminal.Run(
            "stat",
            "-c",
            "%a",
            $"{Mall.Data}/passwords",
            $"{Mall.Data}/keys/private.pem",
            $"{Mall.Data}/database"
        );

        Assert.Equal(["600", "600", "600"], modes.Lines);
    }

    private Task<string> MemberId(string externalId) =>
        Mall.Query($"select member_id from member where external_id = '{externalId}'");

    private static long Available(System.Text.Json.JsonElement balance) =>
        balance.GetProperty("available").GetInt64();

    private static async Task<bool> IsReady(HttpClient http, string address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
