using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PointsMall.Silo;

namespace PointsMall.Tests.Support;

/// <summary>A silo as the product starts it, in this process, on free ports, against a test's database.</summary>
public sealed class TestSilo : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestSilo(WebApplication app, int port) => (_app, Port) = (app, port);

    public int Port { get; }

    public IServiceProvider Services => _app.Services;

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    /// <param name="database">Migrated.</param>
    /// <param name="settings">More settings by their names in configuration.</param>
    public static async Task<TestSilo> Start(
        PostgresDatabase database,
        params (string Name, string Value)[] settings
    )
    {
        var ports = FreePorts.Take(3);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
            {
                ["ConnectionStrings:mall"] = database.SiloConnectionString,
                ["Silo:Name"] = $"silo-{ports[0]}",
                ["Silo:ClusterId"] = database.Name,
                ["Silo:Port"] = ports[0].ToString(CultureInfo.InvariantCulture),
                ["Silo:GatewayPort"] = ports[1].ToString(CultureInfo.InvariantCulture),
                ["Silo:HealthPort"] = ports[2].ToString(CultureInfo.InvariantCulture),
                ["Logs:Console"] = "false",
                // A test waits for what it asked for, however slow the machine.
                ["Committer:QueueTime"] = "00:00:10",
                // Tests change rows by hand.
                ["Verification:Interval"] = "1.00:00:00",
            }
        );
        builder.Configuration.AddInMemoryCollection(
            settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)
        );
        SiloHost.AddSilo(builder);
        var app = builder.Build();
        app.MapHealth();
        await app.StartAsync();
        return new TestSilo(app, ports[0]);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
