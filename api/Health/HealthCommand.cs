namespace PointsMall.Api.Health;

/// <summary>
/// <c>health</c>: asks the API of these settings whether it is ready, for a container's health check: its image has neither a shell nor curl.
/// </summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <param name="args">Settings, as <c>--Urls http://127.0.0.1:8080</c>; those of the environment count too.</param>
    /// <param name="output">Gets what the API says.</param>
    /// <returns>0 when it is ready, 1 when it is not or does not answer within 3 s, 64 when it has no http address.</returns>
    public static async Task<int> Run(string[] args, TextWriter output)
    {
        if (Page(args) is not { } page)
        {
            await output.WriteLineAsync("Urls has no http address to ask");
            return 64;
        }
        // A proxy of the environment is for the outside.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            Timeout = Patience,
        };
        try
        {
            using var answer = await http.GetAsync(page);
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            await output.WriteLineAsync($"the API does not answer: {failure.Message}");
            return 1;
        }
    }

    private static Uri? Page(string[] args)
    {
        var configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables()
            .AddCommandLine(args)
            .Build();
        return (configuration["Urls"] ?? "http://localhost:5000")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(BindingAddress.Parse)
            .Where(address => address.Scheme == "http")
            .Select(address =>
                new UriBuilder("http", Reachable(address.Host), address.Port, "/healthz/ready").Uri
            )
            .FirstOrDefault();
    }

    /// <summary>What listens on every address answers on loopback.</summary>
    private static string Reachable(string host) =>
        host switch
        {
            "*" or "+" or "0.0.0.0" => "127.0.0.1",
            "[::]" => "[::1]",
            _ => host,
        };
}
