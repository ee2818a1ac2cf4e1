using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;
using Orleans.Storage;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.AdoNet;

/// <summary>Silos and a client in this process that share nothing but a database: the providers run as they do in production.</summary>
public sealed class AdoNetCluster(PostgresDatabase database, string session) : IAsyncDisposable
{
    /// <summary>The provider's rows are kept when a state is cleared.</summary>
    public const string Keeping = "keeping";

    /// <summary>The provider's rows are deleted when a state is cleared.</summary>
    public const string Deleting = "deleting";

    private readonly List<IHost> _silos = [];
    private readonly List<NpgsqlDataSource> _dataSources = [];
    private IHost? _client;

    public string ClusterId { get; } = $"cluster-{Guid.CreateVersion7():n}";

    public PostgresDatabase Database => database;

    public IReadOnlyList<IHost> Silos => _silos;

    public IClusterClient Client => _client!.Services.GetRequiredService<IClusterClient>();

    public IMembershipTable Membership => _silos[0].Services.GetRequiredService<IMembershipTable>();

    public async Task Start(int silos)
    {
        await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => StartSilo()));
        _client = BuildClient();
        await _client.StartAsync();
    }

    public async Task<IHost> StartSilo()
    {
        var silo = BuildSilo();
        try
        {
            await silo.StartAsync();
        }
        catch
        {
            silo.Dispose();
            throw;
        }
        lock (_silos)
        {
            _silos.Add(silo);
        }
        return silo;
    }

    public IGrainStorage Storage(string provider, int silo = 0) =>
        _silos[silo].Services.GetRequiredKeyedService<IGrainStorage>(provider);

    /// <summary>The membership table of some other cluster, in the same database unless another is given.</summary>
    public async Task<IMembershipTable> OtherMembership(
        string clusterId,
        PostgresDatabase? elsewhere = null
    )
    {
        var table = new AdoNetClusteringTable(
            _silos[0].Services,
            Options.Create(new ClusterOptions { ClusterId = clusterId, ServiceId = clusterId }),
            Options.Create(
                new AdoNetClusteringSiloOptions
                {
                    Invariant = "Npgsql",
                    DataSource = DataSource((elsewhere ?? database).SiloConnectionString),
                }
            ),
            NullLogger<AdoNetClusteringTable>.Instance
        );
        await table.InitializeMembershipTableAsync(true);
        return table;
    }

    public async ValueTask DisposeAsync()
    {
        List<IHost> hosts = _client is null ? _silos : [_client, .. _silos];
        await Task.WhenAll(hosts.Select(Stop));
        foreach (var source in _dataSources)
        {
            await source.DisposeAsync();
        }
    }

    /// <summary>Stops without a farewell to what is still running in the silo.</summary>
    private static async Task Stop(IHost host)
    {
        try
        {
            await host.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // What the cancelled token asks for.
        }
        host.Dispose();
    }

    private IHost BuildSilo()
    {
        var dataSource = DataSource(database.SiloConnectionString);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(Identify)
                .Configure<ClusterMembershipOptions>(options =>
                {
                    options.IAmAliveTablePublishTimeout = TimeSpan.FromMilliseconds(300);
                    options.ProbeTimeout = TimeSpan.FromMilliseconds(300);
                    options.NumMissedProbesLimit = 2;
                    options.TableRefreshTimeout = TimeSpan.FromSeconds(1);
                })
                .Configure<ReminderOptions>(options =>
                    options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(100)
                )
                .ConfigureEndpoints(IPAddress.Loopback, FreePort(), FreePort())
                .UseAdoNetClustering(options =>
                {
                    options.Invariant = "Npgsql";
                    options.DataSource = dataSource;
                })
                .UseAdoNetReminderService(options =>
                {
                    options.Invariant = "Npgsql";
                    options.DataSource = dataSource;
                });
            AddStorage(silo, Keeping, dataSource, deleteOnClear: false);
            AddStorage(silo, Deleting, dataSource, deleteOnClear: true);
        });
        return builder.Build();
    }

    private static void AddStorage(
        ISiloBuilder silo,
        string name,
        NpgsqlDataSource dataSource,
        bool deleteOnClear
    ) =>
        silo.AddAdoNetGrainStorage(
            name,
            (AdoNetGrainStorageOptions options) =>
            {
                options.Invariant = "Npgsql";
                options.DataSource = dataSource;
                options.DeleteStateOnClear = deleteOnClear;
            }
        );

    private IHost BuildClient()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
            client
                .Configure<ClusterOptions>(Identify)
                .UseAdoNetClustering(options =>
                {
                    options.Invariant = "Npgsql";
                    options.DataSource = DataSource(database.ApiConnectionString);
                })
        );
        return builder.Build();
    }

    private void Identify(ClusterOptions options)
    {
        options.ClusterId = ClusterId;
        options.ServiceId = ClusterId;
    }

    private NpgsqlDataSource DataSource(string connectionString)
    {
        var source = NpgsqlDataSource.Create(
            $"{connectionString};Search Path=orleans;Maximum Pool Size=30;{session}"
        );
        lock (_dataSources)
        {
            _dataSources.Add(source);
        }
        return source;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
