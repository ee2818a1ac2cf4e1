namespace PointsMall.LoadTests.Peers.Http;

/// <summary>The API in front of a peer: Kestrel and the pipeline that the mall's own API has for a member's request, nothing more.</summary>
internal static class PeerApi
{
    private const int MaxBody = 64 * 1024;

    /// <summary>Serves until the process is told to stop.</summary>
    /// <param name="args">Settings: <c>Urls</c>, <c>Auth:PublicKeyFile</c> and the peer's own.</param>
    /// <param name="addPeer">Registers the <see cref="IPeer"/>.</param>
    public static async Task<int> Run(string[] args, Func<WebApplicationBuilder, Task> addPeer)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, PeerJson.Default)
        );
        builder.Services.AddMemberTokens(builder.Configuration.Required("Auth:PublicKeyFile"));
        await addPeer(builder);
        await using var app = builder.Build();
        app.TalkToStarter();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        RedemptionEndpoint.Map(app);
        BenchEndpoints.Map(app);
        await app.RunAsync();
        return 0;
    }

    /// <summary>
    /// Prints `ready: ADDRESS` once it serves. With the setting <c>StopWithInput</c> the process ends when its standard input does: whoever
    /// started it holds the other end, so a benchmark that is killed leaves no peer behind.
    /// </summary>
    public static void TalkToStarter(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() =>
            Console.WriteLine($"ready: {app.Urls.FirstOrDefault()}")
        );
        if (app.Configuration.GetValue<bool>("StopWithInput"))
        {
            var reader = new Thread(() =>
            {
                while (Console.In.Read() >= 0) { }
                app.Lifetime.StopApplication();
            })
            {
                IsBackground = true,
            };
            reader.Start();
        }
    }

    /// <summary>The setting's value.</summary>
    /// <exception cref="InvalidOperationException">It is not set.</exception>
    public static string Required(this IConfiguration configuration, string setting) =>
        configuration[setting] ?? throw new InvalidOperationException($"{setting} is not set");
}
