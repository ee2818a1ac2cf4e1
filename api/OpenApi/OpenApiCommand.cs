namespace PointsMall.Api.OpenApi;

/// <summary><c>openapi FILE</c>: writes the description of the API, as it would be served, to a file.</summary>
internal static class OpenApiCommand
{
    private const string DefaultFile = "api/openapi.v1.json";

    /// <summary>Enough for the host to start; neither database nor silo nor keys are looked for.</summary>
    private static readonly Dictionary<string, string?> NothingBehind = new(StringComparer.Ordinal)
    {
        ["urls"] = "http://127.0.0.1:0",
        ["ConnectionStrings:mall"] = "Host=127.0.0.1;Port=1",
        ["Auth:PublicKeyFile"] = null,
        ["Auth:Authority"] = "https://127.0.0.1",
        ["RateLimits:Enabled"] = "true",
    };

    /// <param name="args">The file, api/openapi.v1.json when missing.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(string[] args)
    {
        var file = args is [var given] ? given : DefaultFile;
        await using var app = ApiHost.Create([], NothingBehind);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await File.WriteAllTextAsync(
            file,
            await client.GetStringAsync(OpenApiServices.Path) + "\n"
        );
        await app.StopAsync();
        return 0;
    }
}
