using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PointsMall.LoadTests.Bench.Malls;

/// <summary>A mall of the bench's own: <c>./mall up</c> in a data folder, on free ports, until it is disposed.</summary>
internal sealed class OwnMall : IAsyncDisposable
{
    private const string Ready = "ready: ";
    private readonly Process _up;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource _ready = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    private OwnMall(
        string script,
        DataFolder data,
        int silos,
        int apis,
        int apiPort,
        IReadOnlyList<string> options,
        IReadOnlyDictionary<string, string> settings
    )
    {
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string[] arguments =
        [
            script,
            "up",
            "--data",
            data.Path,
            "--silos",
            silos.ToString(CultureInfo.InvariantCulture),
            "--apis",
            apis.ToString(CultureInfo.InvariantCulture),
            "--api-port",
            apiPort.ToString(CultureInfo.InvariantCulture),
            "--no-seed",
            "--no-rate-limits",
            "--metrics",
            .. options,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }
        Api = new Uri($"http://127.0.0.1:{apiPort}");
        _up = new Process { StartInfo = start };
        _up.OutputDataReceived += (_, line) => Hear(line.Data);
        _up.ErrorDataReceived += (_, line) => Hear(line.Data);
    }

    /// <summary>Where its API listens.</summary>
    public Uri Api { get; }

    /// <param name="script">The path of <c>mall</c>.</param>
    /// <param name="data">Its data folder.</param>
    /// <param name="silos">Silo processes.</param>
    /// <param name="apis">API processes; several are behind a balancer.</param>
    /// <param name="apiPort">Where its API is to listen.</param>
    /// <param name="options">Further options of <c>up</c>.</param>
    /// <param name="settings">Environment variables beside the bench's own, for every process.</param>
    /// <param name="cancelled">Gives up waiting, and stops what was started.</param>
    /// <returns>The mall, ready.</returns>
    public static async Task<OwnMall> Start(
        string script,
        DataFolder data,
        int silos,
        int apis,
        int apiPort,
        IReadOnlyList<string> options,
        IReadOnlyDictionary<string, string> settings,
        CancellationToken cancelled
    )
    {
        var mall = new OwnMall(script, data, silos, apis, apiPort, options, settings);
        mall._up.Start();
        mall._up.BeginOutputReadLine();
        mall._up.BeginErrorReadLine();
        try
        {
            await mall._ready.Task.WaitAsync(cancelled);
            return mall;
        }
        catch
        {
            await mall.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops API, silos and database in order.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_up.HasExited)
        {
            // The script stops in order on SIGTERM; Process has no gentler way to ask than this one.
            using var kill = Process.Start(
                "kill",
                ["-TERM", _up.Id.ToString(CultureInfo.InvariantCulture)]
            );
            await kill.WaitForExitAsync();
        }
        await _up.WaitForExitAsync();
        _up.Dispose();
    }

    private void Hear(string? line)
    {
        lock (_said)
        {
            if (line is null)
            {
                _ready.TrySetException(
                    new BenchException($"the mall ended before it was ready:\n{_said}")
                );
                return;
            }
            _said.AppendLine(line);
        }
        if (line.StartsWith(Ready, StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
        // A process that dies and is started again belongs into the run's own output.
        else if (_ready.Task.IsCompleted && line.StartsWith("mall: ", StringComparison.Ordinal))
        {
            Console.Error.WriteLine(line);
        }
    }

    /// <summary>Below the ports that the kernel gives to outgoing connections, of which a load makes many.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }
    }
}
