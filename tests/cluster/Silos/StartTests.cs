using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Silos;

/// <summary>A silo that can't join ends in order and says why, for whoever watches over it.</summary>
public sealed class StartTests(PostgresFixture postgres)
{
    [Fact]
    [Trait("Behaviour", "OPS-2")]
    public async Task A_silo_that_can_not_start_ends_with_5_and_says_why()
    {
        await using var database = await postgres.CreateDatabase();
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var taken = ((IPEndPoint)stranger.LocalEndpoint).Port;

        var ended = await Assert.ThrowsAnyAsync<InvalidOperationException>(() =>
            SiloProcess.Start(
                database,
                settings: ("Silo__Port", taken.ToString(CultureInfo.InvariantCulture))
            )
        );

        Assert.Contains("has ended with 5", ended.Message, StringComparison.Ordinal);
        Assert.Contains("in use", ended.Message, StringComparison.Ordinal);
    }
}
