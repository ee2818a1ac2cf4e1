using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using PointsMall.Api.Authentication;

namespace PointsMall.Api.Development;

/// <summary>Posts to the API of <c>Seed:Api</c> as staff, each time with an idempotency key, so that a retry is always safe.</summary>
internal sealed class SeedClient : IDisposable
{
    private const int Attempts = 6;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);
    private readonly HttpClient _http;

    private SeedClient(Uri api, string token)
    {
        _http = new HttpClient { BaseAddress = api };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public static SeedClient FromEnvironment()
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var api =
            settings["Seed:Api"]
            ?? throw new DevelopmentCommandException("Seed__Api, the API's address, is not set");
        using var tokens = DevelopmentTokens.FromEnvironment();
        return new SeedClient(new Uri(api), tokens.Staff(Permissions.All));
    }

    /// <summary>The answer to the first attempt that the API could decide.</summary>
    public async Task<JsonNode> Post(string path, string key, JsonObject body)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var response = await Send(path, key, body);
            if (response.IsSuccessStatusCode)
            {
                return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
            }
            if (
                attempt == Attempts
                || response.StatusCode
                    is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            )
            {
                throw new DevelopmentCommandException(
                    $"POST {path} was answered with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}"
                );
            }
            await Task.Delay(response.Headers.RetryAfter?.Delta ?? RetryAfter);
        }
    }

    private async Task<HttpResponseMessage> Send(string path, string key, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Idempotency-Key", key);
        request.Content = JsonContent.Create(body);
        try
        {
            return await _http.SendAsync(request);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new DevelopmentCommandException($"POST {path} failed: {e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();
}
