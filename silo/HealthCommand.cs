using System.Net;

namespace PointsMall.Silo;

/// <summary>
/// <c>health</c>: asks the silo of these settings whether it is ready, for a container's health check: its image has neither a shell nor curl.
/// </summary>
public static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <param name="args">Settings, as <c>--Silo:HealthPort 8081</c>; those of the environment count too.</param>
    /// <param name="output">Gets what the silo says.</param>
    /// <returns>0 when it is ready, 1 when it is not or does not answer within 3 s.</returns>
    public static async Task<int> Run(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        // A proxy of the environment is for the outside.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            Timeout = Patience,
        };
        try
        {
            using var answer = await http.GetAsync(Page(args));
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            await output.WriteLineAsync($"the silo does not answer: {failure.Message}");
            return 1;
        }
    }

    private static Uri Page(string[] args)
    {
        var settings =
            new ConfigurationBuilder()
                .AddEnvironmentVariables()
                .AddCommandLine(args)
                .Build()
                .GetSection(SiloSettings.Section)
                .Get<SiloSettings>()
            ?? new SiloSettings();
        var address = HostAddress.Listening("Silo:HealthAddress", settings.HealthAddress);
        address =
            address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : address;
        return new UriBuilder(
            "http",
            address.ToString(),
            settings.HealthPort,
            "/healthz/ready"
        ).Uri;
    }
}
