using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PointsMall.Silo;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Silos;

/// <summary>A silo in this process, put together as in production: its own ports, committer and connections.</summary>
public sealed class MallSilo : IAsyncDisposable
{
    private static int _started;

    private readonly WebApplication _host;

    private MallSilo(WebApplication host) => _host = host;

    /// <summary>Calls from outside of any grain.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => _host.Services;

    /// <param name="database">The mall's database.</param>
    /// <param name="clusterId">Silos with one id and database are one cluster.</param>
    public static async Task<MallSilo> Start(PostgresDatabase database, string clusterId)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:mall"] = database.SiloConnectionString,
                ["Silo:ClusterId"] = clusterId,
                ["Silo:Name"] = $"silo-{Interlocked.Increment(ref _started)}",
                ["Silo:Port"] = FreePort(),
                ["Silo:GatewayPort"] = FreePort(),
                ["Silo:HealthPort"] = FreePort(),
            }
        );
        SiloHost.AddSilo(builder);
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        var host = builder.Build();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
        return new MallSilo(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
