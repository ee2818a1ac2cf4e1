using System.Globalization;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>Limits as callers meet them. The clock runs meanwhile, so refills are slow and bursts small.</summary>
[Trait("Behaviour", "OPS-4")]
public sealed class RateLimitTests(LonelyApi lonely, Mall mall)
{
    private static readonly Guid Ann = new("0198c0de-0000-7000-8000-00000000000a");
    private static readonly Guid Bob = new("0198c0de-0000-7000-8000-00000000000b");

    [Fact]
    public async Task Each_caller_has_a_bucket_of_its_own_and_every_answer_says_what_is_left()
    {
        await using var api = await RunningApi.Start(
            lonely.Tokens.PublicKeyFile,
            settings:
            [
                ("RateLimits:Enabled", "true"),
                ("RateLimits:Member:PerSecond", "0.01"),
                ("RateLimits:Member:Burst", "3"),
                ("RateLimits:Address:PerSecond", "0.01"),
                ("RateLimits:Address:Burst", "2"),
            ]
        );
        var ann = lonely.Tokens.Member(Ann);

        var answers = await Send(api, 4, ann);
        Assert.Equal([400, 400, 400, 429], answers.Select(answer => answer.Status));
        Assert.Equal(
            ["2", "1", "0", "0"],
            answers.Select(answer => answer.Header("RateLimit-Remaining"))
        );
        Assert.All(answers, answer => Assert.Equal("3", answer.Header("RateLimit-Limit")));
        Assert.All(answers, answer => Assert.NotNull(answer.Header("RateLimit-Reset")));
        var refused = answers[3];
        Assert.Equal("rate_limited", refused.Code);
        Assert.Equal(
            (int)refused.Body["retryAfterSeconds"]!,
            int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture)
        );

        Assert.Equal([400], (await Send(api, 1, lonely.Tokens.Member(Bob))).Select(a => a.Status));
        Assert.Equal(
            [400],
            (await Send(api, 1, lonely.Tokens.Staff("members:read"), "/v1/nothing?")).Select(
                answer => answer.Status == 404 ? 400 : answer.Status
            )
        );
        Assert.Equal([401, 401, 429], (await Send(api, 3, null)).Select(answer => answer.Status));
        Assert.Equal([429], (await Send(api, 1, "a.wrong.token")).Select(answer => answer.Status));
        Assert.Equal(200, (await Answer.To(api.Client, HttpMethod.Get, "/healthz/live")).Status);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.0.2.0/24", false)]
    public async Task A_forwarded_address_is_believed_from_trusted_proxies_only(
        string proxies,
        bool trusted
    )
    {
        await using var api = await RunningApi.Start(
            lonely.Tokens.PublicKeyFile,
            settings:
            [
                ("RateLimits:Enabled", "true"),
                ("RateLimits:Address:PerSecond", "0.01"),
                ("RateLimits:Address:Burst", "1"),
                ("Edge:TrustedProxies:0", proxies),
            ]
        );
        api.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1");
        Assert.Equal(401, (await Send(api, 1, null))[0].Status);
        api.Client.DefaultRequestHeaders.Remove("X-Forwarded-For");
        api.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.2");
        Assert.Equal(trusted ? 401 : 429, (await Send(api, 1, null))[0].Status);
    }

    [Fact]
    public async Task The_call_that_does_nothing_is_there_only_when_asked_for()
    {
        var (_, token) = await mall.Member();
        await using var api = await mall.StartApi(("Diagnostics:Noop", "true"));

        Assert.Equal(
            204,
            (await Answer.To(api.Client, HttpMethod.Post, "/internal/noop", token)).Status
        );
        Assert.Equal(401, (await Answer.To(api.Client, HttpMethod.Post, "/internal/noop")).Status);
        Assert.Equal(404, (await mall.Send(HttpMethod.Post, "/internal/noop", token)).Status);
        var document = await Answer.To(api.Client, HttpMethod.Get, "/openapi/v1.json");
        Assert.DoesNotContain("noop", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_on_a_port_of_their_own_and_nothing_else_is()
    {
        var port = Support.FreePorts.Take(1)[0];
        await using var api = await RunningApi.Start(
            lonely.Tokens.PublicKeyFile,
            settings: [("Metrics:Port", port.ToString(CultureInfo.InvariantCulture))]
        );
        using var metrics = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Send(api, 1, null);

        Assert.Equal(200, (await Answer.To(metrics, HttpMethod.Get, "/metrics")).Status);
        Assert.Equal(404, (await Answer.To(metrics, HttpMethod.Get, "/healthz/live")).Status);
        Assert.Equal(404, (await Answer.To(api.Client, HttpMethod.Get, "/metrics")).Status);
        Assert.Equal(200, (await Answer.To(api.Client, HttpMethod.Get, "/healthz/live")).Status);
    }

    [Theory]
    [InlineData("Auth:PublicKeyFile", "/nowhere.pem", "there is no file")]
    [InlineData("Auth:Authority", "https://example.com", "exactly one")]
    [InlineData("RateLimits:Member:Burst", "0", "Burst")]
    [InlineData("ConnectionStrings:mall", "nonsense", "ConnectionStrings:mall")]
    [InlineData("Calls:Budget", "00:05:00", "Budget")]
    [InlineData("Edge:Origins:0", "shop.example/", "origin")]
    [InlineData("Silo:ClusterId", "", "ClusterId")]
    public async Task A_wrong_setting_stops_the_start_and_is_named(
        string setting,
        string value,
        string expected
    )
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() =>
            RunningApi.Start(lonely.Tokens.PublicKeyFile, settings: [(setting, value)])
        );
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    private static async Task<List<Answer>> Send(
        RunningApi api,
        int times,
        string? token,
        string path = "/v1/me/ledger?limit=0"
    )
    {
        List<Answer> answers = [];
        for (var i = 0; i < times; i++)
        {
            answers.Add(await Answer.To(api.Client, HttpMethod.Get, path, token));
        }
        return answers;
    }
}
