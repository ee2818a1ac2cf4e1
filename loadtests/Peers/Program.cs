using PointsMall.LoadTests.Peers;
using PointsMall.LoadTests.Peers.Http;
using PointsMall.LoadTests.Peers.Noop;
using PointsMall.LoadTests.Peers.Postgres;

return args switch
{
    ["postgres", .. var settings] => await RunPostgres(settings),
    ["noop", .. var settings] => await RunNoop(settings),
    _ => await Usage(),
};

static async Task<int> RunPostgres(string[] settings)
{
    await using var app = PeerApi.Create(
        settings,
        builder =>
            builder
                .Services.AddSingleton<PostgresPeer>(_ => new PostgresPeer(
                    builder.Configuration.Required("ConnectionStrings:peer"),
                    builder.Configuration.GetValue(
                        "Postgres:Connections",
                        PostgresPeer.BestConnections
                    ),
                    TimeProvider.System
                ))
                .AddSingleton<IPeer>(services => services.GetRequiredService<PostgresPeer>())
    );
    await app.Services.GetRequiredService<PostgresPeer>().Migrate();
    await app.RunAsync();
    return 0;
}

static async Task<int> RunNoop(string[] settings)
{
    await using var app = PeerApi.Create(
        settings,
        builder => builder.Services.AddSingleton<IPeer>(new NoopPeer(TimeProvider.System))
    );
    await app.RunAsync();
    return 0;
}

static async Task<int> Usage()
{
    await Console.Error.WriteLineAsync(
        """
        usage: PointsMall.LoadTests.Peers PEER [--SETTING VALUE]...
          every peer    --Urls http://127.0.0.1:PORT --Auth:PublicKeyFile FILE
          postgres      --ConnectionStrings:peer ...  [--Postgres:Connections N]
          noop
        """
    );
    return 64;
}
