using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PointsMall.LoadTests.Http;

namespace PointsMall.Tests.Load.Http;

/// <summary>The client against the server that the API runs on.</summary>
public sealed class LoadClientOnKestrelTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly WebApplication _server = Create();
    private readonly ConcurrentDictionary<string, bool> _connections = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _opened = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private int _inside;
    private int _mostInside;

    public async ValueTask InitializeAsync()
    {
        _server.Run(Answer);
        await _server.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_request_arrives_as_it_was_sent()
    {
        using var client = Client(1);
        var body = Encoding.UTF8.GetBytes("""{"note":"für 小明"}""");

        var answer = await client.Send(
            new LoadRequest("POST", "/echo?x=1")
            {
                Token = "abc.def",
                Key = "key 1",
                Body = body,
                KeepBody = true,
            }
        );

        Assert.Equal(
            """POST /echo?x=1 Bearer abc.def|key 1|application/json|{"note":"für 小明"}""",
            Encoding.UTF8.GetString(answer.Body.Span)
        );
    }

    [Fact]
    public async Task A_post_without_a_body_has_a_length()
    {
        using var client = Client(1);

        Assert.Equal(204, (await client.Send(new LoadRequest("POST", "/nothing"))).Status);
    }

    [Theory]
    [InlineData(1_000_000, "/echo-length")]
    [InlineData(1_000_000, "/echo-chunked")]
    [InlineData(20_000, "/echo-chunked")]
    [InlineData(0, "/echo-length")]
    public async Task Long_bodies_go_both_ways(int length, string path)
    {
        using var client = Client(1);
        var body = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Range(0, length / 5).Select(n => $"{n % 10_000:0000}\n"))
        );

        for (var turn = 0; turn < 3; turn++)
        {
            var answer = await client.Send(
                new LoadRequest("POST", path)
                {
                    Body = body,
                    ContentType = LoadRequest.NdJson,
                    KeepBody = true,
                }
            );

            Assert.Equal((LoadFailure.None, 200), (answer.Failure, answer.Status));
            Assert.True(answer.Body.Span.SequenceEqual(body));
        }
        Assert.Single(_connections);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_and_the_client_goes_on()
    {
        using var client = Client(1);

        var refused = await client.Send(
            new LoadRequest("POST", "/echo-length") { Body = new byte[3_000_000] }
        );

        Assert.Equal(413, refused.Status);
        Assert.Equal(204, (await client.Send(new LoadRequest("POST", "/nothing"))).Status);
    }

    [Fact]
    public async Task Connections_are_kept_and_never_more_than_allowed()
    {
        using var client = Client(4);

        var waiting = Enumerable
            .Range(0, 50)
            .Select(_ => client.Send(new LoadRequest("GET", "/gate")).AsTask())
            .ToList();
        await Tests.Support.Eventually.Is(() => Task.FromResult(_inside), inside => inside == 4);
        _opened.SetResult();
        var answers = await Task.WhenAll(waiting);

        Assert.All(answers, answer => Assert.Equal(204, answer.Status));
        Assert.Equal(4, _mostInside);
        Assert.Equal(4, _connections.Count);
        Assert.Equal(46, client.Waits);
    }

    private async Task Answer(HttpContext http)
    {
        _connections.TryAdd(http.Connection.Id, true);
        var (request, response) = (http.Request, http.Response);
        switch (request.Path.Value)
        {
            case "/echo":
                using (var reader = new StreamReader(request.Body))
                {
                    var headers = request.Headers;
                    await response.WriteAsync(
                        $"{request.Method} {request.Path}{request.QueryString} {headers.Authorization}|{headers["Idempotency-Key"]}|{headers.ContentType}|{await reader.ReadToEndAsync()}"
                    );
                }
                break;
            case "/echo-length":
                var whole = new MemoryStream();
                await request.Body.CopyToAsync(whole);
                response.ContentLength = whole.Length;
                await response.Body.WriteAsync(whole.ToArray());
                break;
            case "/echo-chunked":
                // Kestrel cuts the answer as the request comes in.
                await request.Body.CopyToAsync(response.Body);
                break;
            case "/gate":
                var inside = Interlocked.Increment(ref _inside);
                _mostInside = Math.Max(_mostInside, inside);
                await _opened.Task;
                Interlocked.Decrement(ref _inside);
                response.StatusCode = 204;
                break;
            default:
                response.StatusCode = 204;
                break;
        }
    }

    private LoadClient Client(int connections) =>
        new(new Uri(_server.Urls.First()), connections, Patience);

    private static WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 2_000_000);
        return builder.Build();
    }
}
