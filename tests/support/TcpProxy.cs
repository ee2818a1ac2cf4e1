using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PointsMall.Tests.Support;

/// <summary>
/// A TCP proxy on loopback that can stop passing bytes on. A cut connection keeps both of its sockets open: the server waits for the rest of a
/// message, as it does for a client that was stopped in the middle of sending.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly int _target;
    private long _allowance = long.MaxValue;
    private int _cuts;

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were cut so far.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>After this many more bytes to the server, the connection that sends the next one is cut; others go on.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _allowance, bytes);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
        _stopping.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                _sockets.Add(client);
                _sockets.Add(server);
                await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
                _ = Pump(client, server, metered: true);
                _ = Pump(server, client, metered: false);
            }
        }
        catch (Exception exception)
            when (exception
                    is OperationCanceledException
                        or SocketException
                        or ObjectDisposedException
            )
        {
            // The test is over.
        }
    }

    private async Task Pump(Socket from, Socket to, bool metered)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, _stopping.Token)) > 0)
            {
                var pass = metered ? Meter(read) : read;
                await to.SendAsync(buffer.AsMemory(0, pass), _stopping.Token);
                if (pass < read)
                {
                    // Neither closed nor read any more.
                    Interlocked.Increment(ref _cuts);
                    return;
                }
            }
            from.Close();
            to.Close();
        }
        catch (Exception exception)
            when (exception
                    is OperationCanceledException
                        or SocketException
                        or ObjectDisposedException
            )
        {
            from.Close();
            to.Close();
        }
    }

    private int Meter(int bytes)
    {
        if (Volatile.Read(ref _allowance) == long.MaxValue)
        {
            return bytes;
        }
        var left = Interlocked.Add(ref _allowance, -bytes);
        if (left > 0)
        {
            return bytes;
        }
        // One cut: whoever comes after passes.
        Interlocked.Exchange(ref _allowance, long.MaxValue);
        return (int)Math.Max(0, bytes + left);
    }
}
