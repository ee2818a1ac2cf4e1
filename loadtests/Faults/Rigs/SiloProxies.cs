using System.Globalization;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Faults.Rigs;

/// <summary>A proxy in front of each silo's port for other silos. API and PostgreSQL are reached without it.</summary>
internal sealed class SiloProxies : IFaultRig
{
    private readonly List<TcpProxy> _proxies = [];
    private readonly Dictionary<string, string> _settings = [];

    public SiloProxies(DataFolder data, IEnumerable<string> silos)
    {
        foreach (var silo in silos)
        {
            var port =
                data.Recall("ports", silo) ?? throw new BenchException($"{silo} has no port");
            var proxy = new TcpProxy(int.Parse(port, CultureInfo.InvariantCulture));
            _proxies.Add(proxy);
            _settings[SiloSettings.Variable(silo)] = string.Create(
                CultureInfo.InvariantCulture,
                $"Silo__Port={proxy.Port}\nSilo__ListeningPort={port}"
            );
        }
    }

    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>Every silo is parted from every other.</summary>
    public void Stall() => _proxies.ForEach(proxy => proxy.Stall());

    public void Resume() => _proxies.ForEach(proxy => proxy.Resume());

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }
    }
}
