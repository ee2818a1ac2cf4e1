using System.Net;
using PointsMall.Api.Authentication;
using PointsMall.Api.Dashboard;
using PointsMall.Tests.Api.Harness;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api;

/// <summary>The Orleans dashboard is for staff with the permission, by header and by the cookie that a browser gets for its token.</summary>
[Trait("Behaviour", "PERM-4")]
public sealed class DashboardTests(Mall mall, DashboardMall shown)
    : IClassFixture<DashboardMall>,
        IDisposable
{
    private const string Figures = "/dashboard/DashboardCounters";

    private readonly HttpClient _browser = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
    )
    {
        BaseAddress = shown.Address,
    };

    private string Operator => mall.Tokens.Staff(Permissions.OperationsRead);

    [Fact]
    public async Task Only_staff_with_the_permission_sees_it()
    {
        foreach (var path in (string[])["/dashboard/", "/dashboard/index.min.js", Figures])
        {
            Assert.Equal((401, "unauthenticated"), await StatusOf(path, token: null));
            Assert.Equal(
                (403, "forbidden"),
                await StatusOf(path, mall.Tokens.Member(Guid.CreateVersion7()))
            );
            Assert.Equal(
                (403, "forbidden"),
                await StatusOf(
                    path,
                    mall.Tokens.Staff([
                        .. Permissions.All.Where(permission =>
                            permission != Permissions.OperationsRead
                        ),
                    ])
                )
            );
            Assert.Equal((200, null), await StatusOf(path, Operator));
        }
        var figures = await Get(Figures, Operator);
        Assert.Equal(1, (int?)figures.Body["totalActiveHostCount"]);
        Assert.Equal((403, "forbidden"), await StatusOf("/dashboard/Trace", Operator));
    }

    [Fact]
    public async Task A_browser_gets_a_cookie_for_a_posted_token()
    {
        var form = await Get(DashboardSession.Path, token: null);
        Assert.Equal((200, "text/html"), (form.Status, form.MediaType));
        Assert.Contains("form-action 'self'", form.Header("Content-Security-Policy"));

        using var begun = await Post(Operator);
        Assert.Equal(HttpStatusCode.SeeOther, begun.StatusCode);
        Assert.Equal("/dashboard/", begun.Headers.Location?.OriginalString);
        var cookie = Assert.Single(begun.Headers.GetValues("Set-Cookie"));
        Assert.All(
            (string[])["; path=/dashboard", "; httponly", "; samesite=strict", "; max-age=3600"],
            attribute => Assert.Contains(attribute, cookie, StringComparison.Ordinal)
        );

        Assert.Equal(HttpStatusCode.OK, await WithCookie(HttpMethod.Get, Figures, cookie));
        // It opens nothing else and changes nothing.
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await WithCookie(HttpMethod.Get, "/v1/members/" + Guid.CreateVersion7(), cookie)
        );
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await WithCookie(HttpMethod.Post, DashboardSession.Path, cookie)
        );
    }

    [Fact]
    public async Task A_token_that_may_not_see_it_gets_no_cookie()
    {
        var expired = mall.Tokens.Sign(
            "staff-test",
            [Permissions.OperationsRead],
            expiresIn: TimeSpan.FromMinutes(-1)
        );
        foreach (
            var (token, status) in (IEnumerable<(string, HttpStatusCode)>)
                [
                    (mall.Tokens.Member(Guid.CreateVersion7()), HttpStatusCode.Forbidden),
                    (mall.Tokens.Staff(Permissions.MembersRead), HttpStatusCode.Forbidden),
                    (expired, HttpStatusCode.Unauthorized),
                    ("", HttpStatusCode.Unauthorized),
                ]
        )
        {
            using var answer = await Post(token);
            Assert.Equal(status, answer.StatusCode);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await WithCookie(HttpMethod.Get, Figures, $"{DashboardSession.Cookie}={expired}")
        );
    }

    [Fact]
    public async Task It_is_not_there_unless_asked_for() =>
        Assert.Equal(404, (await mall.Get("/dashboard/", Operator)).Status);

    public void Dispose() => _browser.Dispose();

    private Task<Answer> Get(string path, string? token) =>
        Answer.To(_browser, HttpMethod.Get, path, token);

    private async Task<(int Status, string? Code)> StatusOf(string path, string? token)
    {
        var answer = await Get(path, token);
        return (answer.Status, answer.Status == 200 ? null : answer.Code);
    }

    private async Task<HttpResponseMessage> Post(string token)
    {
        using var form = new FormUrlEncodedContent([new("access_token", token)]);
        return await _browser.PostAsync(new Uri(DashboardSession.Path, UriKind.Relative), form);
    }

    private async Task<HttpStatusCode> WithCookie(HttpMethod method, string path, string cookie)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var answer = await _browser.SendAsync(request);
        return answer.StatusCode;
    }
}

/// <summary>A silo that gathers for the dashboard, and an API that shows it.</summary>
public sealed class DashboardMall(Mall mall) : IAsyncLifetime
{
    private PostgresDatabase? _database;
    private TestSilo? _silo;
    private RunningApi? _api;

    public Uri Address => _api!.Client.BaseAddress!;

    public async ValueTask InitializeAsync()
    {
        _database = await mall.CreateDatabase();
        _silo = await TestSilo.Start(_database, ("Silo:Dashboard", "true"));
        _api = await mall.StartApi(_database, ("Silo:Dashboard", "true"));
    }

    public async ValueTask DisposeAsync()
    {
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_silo?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
