using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace PointsMall.LoadTests.Http;

/// <summary>
/// An HTTP/1.1 client for load. It shares the machine with what it measures, so it does no more than the scenarios need: plain HTTP to one server,
/// a bounded number of connections that are kept alive, no pipelining, no redirects, no cookies, and answers read where they were received. It
/// repeats nothing by itself: whether a request that got no answer may be sent again is for the scenario to say.
/// </summary>
internal sealed class LoadClient : IDisposable
{
    private static readonly TimeSpan LongestCheck = TimeSpan.FromMilliseconds(50);

    private readonly LoadConnection[] _connections;
    private readonly long _timeout;
    private readonly Timer _check;
    private readonly Lock _lock = new();
    private readonly Stack<LoadConnection> _free;
    private readonly Queue<Waiter> _waiting = new();
    private long _waits;
    private long _waitedTicks;

    /// <param name="server">Scheme http, host and port.</param>
    /// <param name="connections">Most connections; a request beyond them waits for one, which is a part of its time.</param>
    /// <param name="timeout">From <see cref="Send"/> to the whole answer.</param>
    public LoadClient(Uri server, int connections, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentOutOfRangeException.ThrowIfLessThan(connections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        if (server.Scheme != Uri.UriSchemeHttp)
        {
            throw new ArgumentException("The load client speaks plain HTTP only.", nameof(server));
        }
        var address = Dns.GetHostAddresses(server.DnsSafeHost, AddressFamily.Unspecified)[0];
        var writer = new RequestWriter(server.Authority);
        _connections =
        [
            .. Enumerable
                .Range(0, connections)
                .Select(_ => new LoadConnection(new IPEndPoint(address, server.Port), writer)),
        ];
        _free = new Stack<LoadConnection>(_connections);
        _timeout = (long)(timeout.TotalSeconds * Stopwatch.Frequency);
        var check = timeout / 10 < LongestCheck ? timeout / 10 : LongestCheck;
        _check = new Timer(_ => ExpireWhatIsDue(), null, check, check);
    }

    /// <summary>Requests that found no free connection.</summary>
    public long Waits => Interlocked.Read(ref _waits);

    /// <summary>How long they waited for one, in all.</summary>
    public TimeSpan Waited =>
        TimeSpan.FromSeconds((double)Interlocked.Read(ref _waitedTicks) / Stopwatch.Frequency);

    /// <summary>Sends a request and waits for its answer. What goes wrong on the way is in the answer; nothing is thrown and nothing repeated.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LoadAnswer> Send(LoadRequest request)
    {
        var deadline = Stopwatch.GetTimestamp() + _timeout;
        var connection = Take(deadline, out var waiter) ?? await Wait(waiter!);
        if (connection is null)
        {
            return LoadAnswer.Failed(LoadFailure.TimedOut, "no connection became free in time");
        }
        try
        {
            return await connection.Exchange(request, deadline);
        }
        finally
        {
            GiveBack(connection);
        }
    }

    /// <summary>Call it when every request is answered.</summary>
    public void Dispose()
    {
        _check.Dispose();
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    /// <summary>The connection used last, which is the warmest; without a free one, a place in the queue.</summary>
    private LoadConnection? Take(long deadline, out Waiter? waiter)
    {
        waiter = null;
        lock (_lock)
        {
            if (_free.TryPop(out var connection))
            {
                return connection;
            }
            _waiting.Enqueue(waiter = new Waiter(deadline));
            return null;
        }
    }

    private async ValueTask<LoadConnection?> Wait(Waiter waiter)
    {
        var since = Stopwatch.GetTimestamp();
        var connection = await waiter.Task;
        Interlocked.Increment(ref _waits);
        Interlocked.Add(ref _waitedTicks, Stopwatch.GetTimestamp() - since);
        return connection;
    }

    private void GiveBack(LoadConnection connection)
    {
        lock (_lock)
        {
            RefuseWhoIsLate();
            if (_waiting.TryDequeue(out var next))
            {
                next.SetResult(connection);
            }
            else
            {
                _free.Push(connection);
            }
        }
    }

    /// <summary>One look at all connections now and then costs less than a timer a request.</summary>
    private void ExpireWhatIsDue()
    {
        var now = Stopwatch.GetTimestamp();
        foreach (var connection in _connections)
        {
            connection.ExpireIfDue(now);
        }
        lock (_lock)
        {
            RefuseWhoIsLate();
        }
    }

    /// <summary>Whoever waits longest has the earliest deadline.</summary>
    private void RefuseWhoIsLate()
    {
        while (_waiting.TryPeek(out var waiter) && waiter.Deadline < Stopwatch.GetTimestamp())
        {
            _waiting.Dequeue().SetResult(null);
        }
    }

    /// <summary>A request without a connection. Who gives one to it does not run it.</summary>
    private sealed class Waiter(long deadline)
        : TaskCompletionSource<LoadConnection?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Deadline => deadline;
    }
}
