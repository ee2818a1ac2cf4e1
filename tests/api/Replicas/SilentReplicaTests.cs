using System.Net;
using System.Net.Sockets;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api.Replicas;

/// <summary>A replica behind which nobody answers, as a machine that hangs: it must not cost each request a time-out.</summary>
public sealed class SilentReplicaTests(Mall mall) : IDisposable
{
    private const int Requests = 40;

    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _callers = [];

    [Fact]
    public async Task Only_the_look_of_each_second_goes_near_it()
    {
        _silent.Start();
        _ = Accept();
        var (_, token) = await mall.Member();
        var port = ((IPEndPoint)_silent.LocalEndpoint).Port;
        await using var api = await mall.StartApi(
            (
                "ConnectionStrings:replica",
                $"Host=127.0.0.1;Port={port};Username=mall_api;Password=none;Database=mall"
            )
        );

        for (var n = 0; n < Requests; n++)
        {
            var path = n % 2 == 0 ? "/v1/me" : "/v1/products";
            Assert.Equal(200, (await mall.At(api).Get(path, token)).Status);
        }

        // A look takes a second to give up. Requests that went there would have come one by one.
        Assert.InRange(_callers.Count, 1, Requests / 2);
    }

    [Fact]
    public async Task A_setting_that_is_no_connection_string_is_refused_at_the_start()
    {
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() =>
            mall.StartApi(("ConnectionStrings:replica", "Hots=somewhere"))
        );
        Assert.StartsWith("ConnectionStrings:replica", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _silent.Dispose();
        _callers.ForEach(caller => caller.Dispose());
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _callers.Add(await _silent.AcceptTcpClientAsync());
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }
}
