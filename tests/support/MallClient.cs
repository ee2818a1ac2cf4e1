using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using PointsMall.Silo;

namespace PointsMall.Tests.Support;

/// <summary>An Orleans client that finds the silos of a database, as the API does.</summary>
public sealed class MallClient : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly NpgsqlDataSource _membership;

    private MallClient(IHost host, NpgsqlDataSource membership) =>
        (_host, _membership) = (host, membership);

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <param name="database">Its name is the cluster's id; at least one silo is ready.</param>
    public static async Task<MallClient> Connect(PostgresDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var membership = NpgsqlDataSource.Create(
            database.SiloConnectionString + ";Search Path=orleans;Timeout=5;Command Timeout=5"
        );
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client =>
            client
                .Configure<ClusterOptions>(options =>
                {
                    options.ClusterId = database.Name;
                    options.ServiceId = SiloSettings.ServiceId;
                })
                .UseAdoNetClustering(options =>
                {
                    options.Invariant = "Npgsql";
                    options.DataSource = membership;
                })
                .Configure<GatewayOptions>(options =>
                    options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1)
                )
                .UseConnectionRetryFilter(
                    async (_, cancelled) =>
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(200), cancelled);
                        return true;
                    }
                )
        );
        var host = builder.Build();
        await host.StartAsync();
        return new MallClient(host, membership);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _membership.DisposeAsync();
    }
}
