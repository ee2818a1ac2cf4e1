using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PointsMall.Tests.Load.Http;

/// <summary>A server that answers byte for byte as a test says, right or wrong.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<Peer, Task> _script;
    private readonly Task _accepting;

    /// <param name="script">Runs once a connection, which is closed at its end.</param>
    public ScriptedServer(Func<Peer, Task> script)
    {
        _script = script;
        _listener.Start();
        _accepting = Accept();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public int Connections { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                client.NoDelay = true;
                Connections++;
                _ = Serve(client);
            }
        }
        // Stopped while it waits, or between two connections ("not listening").
        catch (Exception stopped) when (stopped is SocketException or InvalidOperationException) { }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                await _script(new Peer(client.GetStream()));
            }
            catch (IOException)
            {
                // The client hung up first.
            }
        }
    }

    /// <summary>The server's side of a connection.</summary>
    internal sealed class Peer(NetworkStream stream)
    {
        private readonly byte[] _buffer = new byte[64 * 1024];

        /// <summary>Waits for a request and returns it; empty when the client has hung up.</summary>
        /// <param name="bodyEnd">What its body ends with; empty for a request without one.</param>
        public async Task<string> Request(string bodyEnd = "")
        {
            var text = new StringBuilder();
            while (
                !text.ToString()
                    .EndsWith(bodyEnd.Length > 0 ? bodyEnd : "\r\n\r\n", StringComparison.Ordinal)
            )
            {
                var count = await stream.ReadAsync(_buffer);
                if (count == 0)
                {
                    return "";
                }
                text.Append(Encoding.Latin1.GetString(_buffer, 0, count));
            }
            return text.ToString();
        }

        /// <summary>Sends these bytes as one packet.</summary>
        public async Task Send(string text) =>
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

        /// <summary>Sends each byte in a packet of its own.</summary>
        public async Task SendByteByByte(string text)
        {
            foreach (var letter in text)
            {
                await Send(letter.ToString());
                await Task.Yield();
            }
        }

        /// <summary>Says nothing more, until the client hangs up.</summary>
        public async Task Stall()
        {
            while (await stream.ReadAsync(_buffer) > 0) { }
        }
    }
}
