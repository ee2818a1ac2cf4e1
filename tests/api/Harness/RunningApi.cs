using Microsoft.AspNetCore.Builder;
using PointsMall.Api;

namespace PointsMall.Tests.Api.Harness;

/// <summary>The API on a real Kestrel, on a free port of loopback.</summary>
public sealed class RunningApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningApi(WebApplication app)
    {
        _app = app;
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 })
        {
            BaseAddress = new Uri(app.Urls.First()),
        };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningApi> Start(
        string publicKeyFile,
        string connectionString = "Host=127.0.0.1;Port=1;Timeout=1",
        params (string Name, string? Value)[] settings
    )
    {
        Dictionary<string, string?> all = new(StringComparer.OrdinalIgnoreCase)
        {
            ["urls"] = "http://127.0.0.1:0",
            ["ConnectionStrings:mall"] = connectionString,
            ["Auth:PublicKeyFile"] = publicKeyFile,
            ["RateLimits:Enabled"] = "false",
            ["Edge:LeaveTime"] = "00:00:00",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }
        var app = ApiHost.Create([], all);
        await app.StartAsync();
        return new RunningApi(app);
    }

    /// <param name="cancelled">Ends what it still waits for.</param>
    public Task Stop(CancellationToken cancelled) => _app.StopAsync(cancelled);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
