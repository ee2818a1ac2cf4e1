namespace PointsMall.Tests.Api.Harness;

/// <summary>An API with neither silo nor database behind it: for what never gets that far.</summary>
public sealed class LonelyApi : IAsyncLifetime
{
    private RunningApi? _api;

    public TestTokens Tokens { get; } = new();

    public HttpClient Client => _api!.Client;

    public IServiceProvider Services => _api!.Services;

    public async ValueTask InitializeAsync() => _api = await RunningApi.Start(Tokens.PublicKeyFile);

    public Task<Answer> Send(
        HttpMethod method,
        string path,
        string? token = null,
        string? body = null,
        string? key = null,
        string mediaType = "application/json"
    ) => Answer.To(Client, method, path, token, body, key, mediaType);

    public async ValueTask DisposeAsync()
    {
        await _api!.DisposeAsync();
        Tokens.Dispose();
    }
}
