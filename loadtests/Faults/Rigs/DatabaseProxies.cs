using System.Globalization;
using Npgsql;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Faults.Rigs;

/// <summary>A proxy between each silo and PostgreSQL. The API has its own way there.</summary>
internal sealed class DatabaseProxies : IFaultRig
{
    private readonly Dictionary<string, TcpProxy> _proxies = [];
    private readonly Dictionary<string, string> _settings = [];

    public DatabaseProxies(DataFolder data, IEnumerable<string> silos)
    {
        var direct = new NpgsqlConnectionStringBuilder(data.OwnerConnectionString());
        foreach (var silo in silos)
        {
            var proxy = _proxies[silo] = new TcpProxy(direct.Port);
            // As ./mall writes it for a silo, but for the port.
            var through = new NpgsqlConnectionStringBuilder
            {
                Host = direct.Host,
                Port = proxy.Port,
                Database = direct.Database,
                Username = "mall_silo",
                Password = data.Recall("passwords", "mall_silo"),
            };
            _settings[SiloSettings.Variable(silo)] =
                $"ConnectionStrings__mall={through.ConnectionString}";
        }
    }

    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>The one that this silo's connections pass.</summary>
    public TcpProxy Of(string silo) => _proxies[silo];

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies.Values)
        {
            await proxy.DisposeAsync();
        }
    }
}

/// <summary>Settings of a single silo.</summary>
internal static class SiloSettings
{
    /// <summary>The variable of <c>./mall up</c> that holds them, one a line.</summary>
    public static string Variable(string silo) =>
        $"MALL_{silo.ToUpper(CultureInfo.InvariantCulture)}_SETTINGS";
}
