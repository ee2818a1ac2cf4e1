using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using PointsMall.Api.Authentication;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>What the API refuses before anything behind it is asked.</summary>
public sealed class EdgeTests(LonelyApi api)
{
    private static readonly Guid MemberId = new("0198c0de-0000-7000-8000-000000000001");
    private const string SkuId = "0198c0de-0000-7000-8000-000000000002";
    private const string Redemptions = "/v1/me/redemptions";

    private string Member => api.Tokens.Member(MemberId);

    private string Staff => api.Tokens.Staff([.. Permissions.All]);

    [Fact]
    public async Task Without_silo_and_database_the_API_lives_and_is_not_ready()
    {
        var live = await api.Send(HttpMethod.Get, "/healthz/live");
        var ready = await api.Send(HttpMethod.Get, "/healthz/ready");

        Assert.Equal(200, live.Status);
        IsProblem(ready, 503, "unavailable");
        Assert.NotNull(ready.Header("Retry-After"));
    }

    [Fact]
    public async Task Without_a_silo_a_command_is_unavailable_and_not_unknown()
    {
        var answer = await api.Send(HttpMethod.Post, Redemptions, Member, Redemption(), "k");
        IsProblem(answer, 503, "unavailable");
        Assert.NotNull(answer.Header("Retry-After"));
    }

    [Fact]
    public async Task Without_a_database_a_read_is_unavailable() =>
        IsProblem(await api.Send(HttpMethod.Get, "/v1/me", Member), 503, "unavailable");

    /// <summary>Every route of the API, as routing has it: a new one can't be forgotten here.</summary>
    [Fact]
    [Trait("Behaviour", "PERM-4")]
    public async Task Every_route_demands_the_token_that_it_should()
    {
        var seen = 0;
        foreach (var endpoint in Endpoints())
        {
            var policy = endpoint.Metadata.OfType<IAuthorizeData>().FirstOrDefault()?.Policy;
            var (method, path) = RequestOf(endpoint);
            if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            {
                Assert.Contains(path.Split('/')[1], (string[])["v1", "healthz", "openapi", "docs"]);
                Assert.Equal(HttpMethod.Get, method);
                continue;
            }
            seen++;
            Assert.Equal(
                $"{path}/".StartsWith("/v1/me/", StringComparison.Ordinal),
                policy == Permissions.Member
            );
            var nobody = await api.Send(method, path, body: BodyFor(method));
            IsProblem(nobody, 401, "unauthenticated");
            Assert.NotNull(nobody.Header("WWW-Authenticate"));

            if (policy == Permissions.Member)
            {
                var staff = await api.Send(method, path, Staff, BodyFor(method));
                IsProblem(staff, 403, "forbidden");
                continue;
            }
            Assert.Contains(policy, Permissions.All);
            foreach (
                var wrong in (string[])
                    [Member, api.Tokens.Staff([.. Permissions.All.Where(p => p != policy)])]
            )
            {
                var forbidden = await api.Send(method, path, wrong, BodyFor(method));
                IsProblem(forbidden, 403, "forbidden");
                Assert.Equal(policy, (string?)forbidden.Body["permission"]);
            }
            Assert.NotEqual(
                403,
                (await api.Send(method, path, api.Tokens.Staff(policy!), BodyFor(method))).Status
            );
        }
        Assert.InRange(seen, 20, 1_000);
    }

    [Theory]
    [InlineData("issuer")]
    [InlineData("audience")]
    [InlineData("expired")]
    [InlineData("key")]
    [InlineData("algorithm")]
    [InlineData("rs512")]
    [InlineData("unsigned")]
    [InlineData("garbage")]
    public async Task A_token_that_is_not_ours_is_refused(string flaw)
    {
        using var otherKey = RSA.Create(2048);
        var sub = MemberId.ToString();
        var token = flaw switch
        {
            "issuer" => api.Tokens.Sign(sub, issuer: "other"),
            "audience" => api.Tokens.Sign(sub, audience: "other"),
            "expired" => api.Tokens.Sign(sub, expiresIn: TimeSpan.FromSeconds(-31)),
            "key" => api.Tokens.Sign(
                sub,
                credentials: new(new RsaSecurityKey(otherKey), SecurityAlgorithms.RsaSha256)
            ),
            // The classic: the public key taken as the secret of an HMAC.
            "algorithm" => api.Tokens.Sign(
                sub,
                credentials: new(
                    new SymmetricSecurityKey(File.ReadAllBytes(api.Tokens.PublicKeyFile)),
                    SecurityAlgorithms.HmacSha256
                )
            ),
            "rs512" => api.Tokens.Sign(
                sub,
                credentials: api.Tokens.Credentials(SecurityAlgorithms.RsaSha512)
            ),
            "unsigned" => Unsigned(sub),
            _ => "garbage",
        };
        IsProblem(await api.Send(HttpMethod.Get, "/v1/me", token), 401, "unauthenticated");
    }

    [Fact]
    public async Task A_clock_that_is_a_little_off_is_forgiven()
    {
        var token = api.Tokens.Sign(MemberId.ToString(), expiresIn: TimeSpan.FromSeconds(-20));
        Assert.Equal(503, (await api.Send(HttpMethod.Get, "/v1/me", token)).Status);
    }

    [Theory]
    [InlineData("not-a-uuid")]
    [InlineData("{0198c0de-0000-7000-8000-000000000001}")]
    public async Task A_member_is_a_UUID(string subject) =>
        IsProblem(
            await api.Send(HttpMethod.Get, "/v1/me", api.Tokens.Sign(subject)),
            403,
            "forbidden"
        );

    [Theory]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/me/orders/1")]
    [InlineData("/v1/me/orders/0198c0de000070008000000000000001")]
    [InlineData("/v1/me/orders/{0198c0de-0000-7000-8000-000000000001}")]
    [InlineData("/internal/noop")]
    [InlineData("/")]
    public async Task An_address_with_nothing_behind_it_is_not_found(string path) =>
        IsProblem(await api.Send(HttpMethod.Get, path, Member), 404, "not_found");

    [Fact]
    public async Task A_wrong_method_is_named_with_the_right_ones()
    {
        using var response = await api.Client.DeleteAsync(new Uri(Redemptions, UriKind.Relative));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("method_not_allowed", (string?)body["code"]);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task A_body_that_is_not_JSON_by_its_type_is_refused(string mediaType) =>
        IsProblem(
            await api.Send(HttpMethod.Post, Redemptions, Member, Redemption(), "k", mediaType),
            415,
            "unsupported_media_type"
        );

    [Theory]
    [InlineData("", null)]
    [InlineData("{", null)]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    [InlineData("\"items\"", null)]
    [InlineData("{} {}", null)]
    [InlineData("""{"items":[[[[[[[[[[]]]]]]]]]]}""", null)]
    [InlineData("""{"items":{}}""", "items")]
    [InlineData("""{"items":null}""", "items")]
    [InlineData("""{}""", "items")]
    [InlineData("""{"items":[]}""", "items")]
    [InlineData("""{"items":[null]}""", "items[0].skuId")]
    [InlineData("""{"items":[{"skuId":"x","quantity":1}]}""", "items[0].skuId")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":"1"}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1.5}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1e3}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":0}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":-1}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1001}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":99999999999}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"skuId":"ID"}]}""", "items[0].quantity")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1,"points":0}]}""", "items[0].points")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1}],"addressId":"a"}""", "addressId")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1}],"couponCode":"a"}""", "couponCode")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1}],"Items":[]}""", "Items")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1}],"note":"a\u0000b"}""", "note")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1}],"note":"\u001b[31m"}""", "note")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1}],"note":"\ud800"}""", "note")]
    [InlineData("""{"items":[{"skuId":"ID","quantity":1}],"note":7}""", "note")]
    [InlineData(
        """{"items":[{"skuId":"ID","quantity":1},{"skuId":"ID","quantity":2}]}""",
        "items[1].skuId"
    )]
    public async Task A_malformed_redemption_names_its_field(string body, string? field)
    {
        var sent = body.Replace("ID", SkuId, StringComparison.Ordinal);
        var answer = await api.Send(HttpMethod.Post, Redemptions, Member, sent, "k");

        IsProblem(answer, 400, "invalid_request");
        Assert.DoesNotContain("System.", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("PointsMall.", answer.Text, StringComparison.Ordinal);
        if (field is not null)
        {
            Assert.Contains(field, ((JsonObject)answer.Body["errors"]!).Select(error => error.Key));
        }
    }

    [Fact]
    public async Task A_field_that_is_sent_twice_is_refused()
    {
        var body = """{"points":1,"points":2,"reason":"r"}""";
        var answer = await api.Send(
            HttpMethod.Post,
            $"/v1/members/{MemberId}/points/grants",
            Staff,
            body,
            "k"
        );
        IsProblem(answer, 400, "invalid_request");
    }

    [Fact]
    public async Task All_wrong_fields_are_named_at_once()
    {
        var answer = await api.Send(
            HttpMethod.Post,
            $"/v1/members/{MemberId}/points/grants",
            Staff,
            """{"points":1000000000000001,"reason":" ","source":"Not Snake"}""",
            "k"
        );
        var fields = ((JsonObject)answer.Body["errors"]!).Select(error => error.Key);
        Assert.Equal(["points", "reason", "source"], fields);
    }

    [Fact]
    public async Task Twenty_one_items_are_too_many()
    {
        var items = Enumerable
            .Range(0, 21)
            .Select(i =>
                $$"""{"skuId":"0198c0de-0000-7000-8000-0000000000{{i:00}}","quantity":1}"""
            );
        var answer = await api.Send(
            HttpMethod.Post,
            Redemptions,
            Member,
            $$"""{"items":[{{string.Join(',', items)}}]}""",
            "k"
        );
        IsProblem(answer, 400, "invalid_request");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_64_KB_is_too_large(bool chunked)
    {
        var body = $$"""{"items":[],"note":"{{new string('x', 65_536)}}"}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, Redemptions);
        request.Headers.Authorization = new("Bearer", Member);
        request.Headers.TransferEncodingChunked = chunked;
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await api.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("request_too_large", (string?)answer["code"]);
    }

    [Theory]
    [Trait("Behaviour", "PTS-4")]
    [InlineData(Redemptions, "member")]
    [InlineData($"/v1/me/orders/{SkuId}/cancel", "member")]
    [InlineData($"/v1/members/{SkuId}/points/grants", "staff")]
    [InlineData($"/v1/members/{SkuId}/points/deductions", "staff")]
    [InlineData($"/v1/skus/{SkuId}/stock/movements", "staff")]
    public async Task Where_points_or_stock_move_a_key_is_needed(string path, string who)
    {
        var body =
            path == Redemptions ? Redemption()
            : path.EndsWith("movements", StringComparison.Ordinal)
                ? """{"quantity":1,"reason":"r"}"""
            : who == "staff" ? """{"points":1,"reason":"r"}"""
            : "{}";
        var token = who == "member" ? Member : Staff;
        IsProblem(
            await api.Send(HttpMethod.Post, path, token, body),
            400,
            "idempotency_key_missing"
        );
        IsProblem(
            await api.Send(HttpMethod.Post, path, token, body, new string('k', 256)),
            400,
            "invalid_request"
        );
        IsProblem(
            await api.Send(HttpMethod.Post, path, token, body, "a\tb"),
            400,
            "invalid_request"
        );
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=abc", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("type=gold", "type")]
    [InlineData("from=2026-01-01", "from")]
    [InlineData("to=tomorrow", "to")]
    public async Task A_wrong_query_parameter_is_named(string query, string field)
    {
        var answer = await api.Send(HttpMethod.Get, $"/v1/me/ledger?{query}", Member);
        IsProblem(answer, 400, "invalid_request");
        Assert.Contains(field, ((JsonObject)answer.Body["errors"]!).Select(error => error.Key));
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers_and_no_servers_name()
    {
        foreach (var path in (string[])["/healthz/live", "/v1/me", "/v1/nothing"])
        {
            var answer = await api.Send(HttpMethod.Get, path);
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.Equal("DENY", answer.Header("X-Frame-Options"));
            Assert.Contains(
                "frame-ancestors 'none'",
                answer.Header("Content-Security-Policy")!,
                StringComparison.Ordinal
            );
            Assert.Equal("no-store", answer.Header("Cache-Control"));
            Assert.Null(answer.Header("Server"));
            Assert.Null(answer.Header("Access-Control-Allow-Origin"));
        }
    }

    private static void IsProblem(Answer answer, int status, string code)
    {
        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.MediaType);
        Assert.EndsWith($"/{code}", (string)answer.Body["type"]!, StringComparison.Ordinal);
        Assert.Equal(status, (int)answer.Body["status"]!);
        foreach (var member in (string[])["title", "detail", "traceId"])
        {
            Assert.False(string.IsNullOrEmpty((string?)answer.Body[member]), member);
        }
    }

    private static string Redemption() => Mall.Redemption(SkuId);

    private static string Unsigned(string subject)
    {
        static string Encode(string json) => Base64UrlEncoder.Encode(json);
        var expires = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        return $"{Encode("""{"alg":"none"}""")}.{Encode($$"""{"iss":"points-mall-dev","aud":"points-mall","sub":"{{subject}}","exp":{{expires}}}""")}.";
    }

    private static string? BodyFor(HttpMethod method) => method == HttpMethod.Get ? null : "{}";

    private IEnumerable<RouteEndpoint> Endpoints() =>
        api
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not null);

    private static (HttpMethod Method, string Path) RequestOf(RouteEndpoint endpoint)
    {
        var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];
        var segments = endpoint.RoutePattern.PathSegments.Select(segment =>
            string.Concat(
                segment.Parts.Select(part =>
                    part switch
                    {
                        RoutePatternLiteralPart literal => literal.Content,
                        RoutePatternParameterPart parameter
                            when parameter.ParameterPolicies.Any(policy =>
                                policy.Content == "long"
                            ) => "1",
                        _ => SkuId,
                    }
                )
            )
        );
        return (new HttpMethod(method), "/" + string.Join('/', segments));
    }
}
