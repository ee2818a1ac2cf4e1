using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Compare;
using PointsMall.LoadTests.Peers;
using PointsMall.LoadTests.Peers.Redis;

namespace PointsMall.Tests.Load.Peers;

/// <summary>Skipped only where redis-server is missing and can't be installed; the skip says so.</summary>
public sealed class RedisPeerTests : PeerTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mall-redis-");
    private ChildProcess? _server;
    private RedisPeer? _peer;

    private protected override async Task<IPeer> Start()
    {
        try
        {
            (_server, var address) = await ChildProcess.Start(
                ["bash", Script(), _folder.FullName, "always"],
                new Dictionary<string, string>(StringComparer.Ordinal),
                Path.Combine(_folder.FullName, "start.log"),
                "ready: ",
                TimeSpan.FromSeconds(60)
            );
            _peer = await RedisPeer.Connect(address, TimeProvider.System);
            return _peer;
        }
        catch (BenchException failure)
        {
            var log = await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "start.log"));
            Assert.SkipWhen(log.Contains("redis-server is needed", StringComparison.Ordinal), log);
            throw new InvalidOperationException(log, failure);
        }
    }

    private protected override async Task Stop()
    {
        if (_peer is not null)
        {
            await _peer.DisposeAsync();
        }
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        _folder.Delete(recursive: true);
    }

    private static string Script()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "PointsMall.sln")))
        {
            root = root.Parent!;
        }
        return Path.Combine(root.FullName, "loadtests/Peers/Redis/redis.sh");
    }
}
