using System.Net;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;
using PointsMall.LoadTests.Peers.Http;

namespace PointsMall.LoadTests.Peers.Orleans;

/// <summary>The silo of the two Orleans peers: stock clustering and storage, nothing of the mall's.</summary>
internal static class PeerSilo
{
    public const string Storage = "peer";
    public const string ClusterId = "peer";

    /// <summary>Each does one write at a time; <c>--AdoNet:Connections</c> tries another number.</summary>
    private const int StorageConnections = 32;

    public static async Task<int> Run(string[] args)
    {
        await using var app = await Build(args);
        app.TalkToStarter();
        await app.RunAsync();
        return 0;
    }

    /// <summary>A silo that is not started yet.</summary>
    public static async Task<WebApplication> Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var database = builder.Configuration.Required("ConnectionStrings:peer");
        await OrleansTables.Create(database);
        builder.Services.AddSingleton(TimeProvider.System);
        var connections = builder.Configuration.GetValue("AdoNet:Connections", StorageConnections);
        builder.Host.UseOrleans(silo => Configure(silo, database, connections));
        return builder.Build();
    }

    private static void Configure(ISiloBuilder silo, string database, int connections) =>
        silo.Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = ClusterId;
                cluster.ServiceId = ClusterId;
            })
            .ConfigureEndpoints(IPAddress.Loopback, FreePort(), FreePort())
            .UseAdoNetClustering(clustering =>
            {
                clustering.Invariant = "Npgsql";
                clustering.DataSource = DataSource(database, connections: 2);
            })
            .AddAdoNetGrainStorage(
                Storage,
                options =>
                    options.Configure<Serializer>(
                        (storage, serializer) =>
                        {
                            storage.Invariant = "Npgsql";
                            storage.DataSource = DataSource(database, connections);
                            storage.GrainStorageSerializer = new OrleansGrainStorageSerializer(
                                serializer
                            );
                        }
                    )
            )
            .UseTransactions()
            .Configure<ExceptionSerializationOptions>(exceptions =>
                exceptions.SupportedNamespacePrefixes.Add("Npgsql")
            );

    public static NpgsqlDataSource DataSource(string database, int connections) =>
        NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database)
            {
                SearchPath = "orleans",
                MaxPoolSize = connections,
                MaxAutoPrepare = 20,
                AutoPrepareMinUsages = 2,
                NoResetOnClose = true,
                Enlist = false,
                Timeout = 30,
                ApplicationName = "peer-orleans",
            }
        );

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
