using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PointsMall.LoadTests.Faults.Rigs;

/// <summary>
/// A TCP proxy on loopback that can stop passing bytes on: of one connection for ever, or of all for a time. Both sockets of a connection stay
/// open meanwhile, as they do when a network or the other side's machine is gone.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = [];
    private readonly int _target;
    private volatile TaskCompletionSource _passing = Passing();
    private long _allowance = long.MaxValue;
    private int _cuts;

    /// <param name="target">The server's port on loopback; it need not be there yet.</param>
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

    /// <summary>Nothing passes, in neither direction, until <see cref="Resume"/>: no bytes, no new connection, no end of one.</summary>
    public void Stall() =>
        _passing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was held back passes.</summary>
    public void Resume() => _passing.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        foreach (var socket in _sockets.Keys)
        {
            socket.Dispose();
        }
        _stopping.Dispose();
    }

    private static TaskCompletionSource Passing()
    {
        var passing = new TaskCompletionSource();
        passing.SetResult();
        return passing;
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Serve(await _listener.AcceptSocketAsync(_stopping.Token));
            }
        }
        catch (Exception exception) when (IsAnEnd(exception))
        {
            // Disposed.
        }
    }

    private async Task Serve(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var accepted = client;
        client.NoDelay = true;
        (_sockets[client], _sockets[server]) = (true, true);
        try
        {
            await _passing.Task.WaitAsync(_stopping.Token);
            await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
            // Whichever side ends takes the other with it.
            await Task.WhenAny(
                Pump(client, server, metered: true),
                Pump(server, client, metered: false)
            );
            await _passing.Task.WaitAsync(_stopping.Token);
        }
        catch (Exception exception) when (IsAnEnd(exception))
        {
            // Nobody listens there, or disposed.
        }
        _sockets.TryRemove(client, out _);
        _sockets.TryRemove(server, out _);
    }

    private async Task Pump(Socket from, Socket to, bool metered)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, _stopping.Token)) > 0)
            {
                await _passing.Task.WaitAsync(_stopping.Token);
                var pass = metered ? Meter(read) : read;
                await to.SendAsync(buffer.AsMemory(0, pass), _stopping.Token);
                if (pass < read)
                {
                    Interlocked.Increment(ref _cuts);
                    // Neither closed nor read any more.
                    await Task.Delay(Timeout.Infinite, _stopping.Token);
                }
            }
        }
        catch (Exception exception) when (IsAnEnd(exception))
        {
            // Lost, or disposed.
        }
    }

    private static bool IsAnEnd(Exception exception) =>
        exception is OperationCanceledException or SocketException or ObjectDisposedException;

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
