using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace PointsMall.Tests.Support;

/// <summary>
/// A silo as production runs it: a process of its own, which can be killed, stopped, continued and started again on its ports. It ends with
/// <see cref="DisposeAsync"/>, and also when the test process dies in any other way (<see cref="Watchdog"/>).
/// </summary>
public sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, string> _environment;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly string _folder;
    private Process? _process;
    private Watchdog? _watchdog;

    private SiloProcess(Dictionary<string, string> environment, string folder, int[] ports)
    {
        _environment = environment;
        _folder = folder;
        (Port, HealthPort) = (ports[0], ports[2]);
    }

    public int Port { get; }

    public int HealthPort { get; }

    /// <summary>Where the silo writes its JSON lines.</summary>
    public string LogFile => Path.Combine(_folder, "silo.json");

    /// <param name="database">Migrated; its name is the cluster's id.</param>
    /// <param name="connectionString">Another way to the database, as through a proxy.</param>
    /// <param name="settings">More settings by their names in the environment.</param>
    public static async Task<SiloProcess> Start(
        PostgresDatabase database,
        string? connectionString = null,
        params (string Name, string Value)[] settings
    )
    {
        ArgumentNullException.ThrowIfNull(database);
        var ports = FreePorts.Take(3);
        var folder = Directory.CreateTempSubdirectory("mall-silo-").FullName;
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__mall"] = connectionString ?? database.SiloConnectionString,
            ["Silo__Name"] = Text($"silo-{ports[0]}"),
            ["Silo__ClusterId"] = database.Name,
            ["Silo__Port"] = Text($"{ports[0]}"),
            ["Silo__GatewayPort"] = Text($"{ports[1]}"),
            ["Silo__HealthPort"] = Text($"{ports[2]}"),
            ["Logs__File"] = Path.Combine(folder, "silo.json"),
            ["Logs__Console"] = "false",
            ["Verification__Interval"] = "1.00:00:00",
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }
        var silo = new SiloProcess(environment, folder, ports);
        try
        {
            await silo.Restart();
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the process on its ports and waits until it may get work.</summary>
    public async Task Restart()
    {
        End();
        var start = new ProcessStartInfo("dotnet", [Program()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
        // Read, or a full pipe would stop the silo.
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _watchdog = new Watchdog(_process.Id);
        await Eventually.Is(IsReady, ready => ready, StartTime);
    }

    /// <summary>What /healthz/ready says; false also when nobody answers.</summary>
    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public async Task<bool> IsReady()
    {
        if (_process is not { HasExited: false })
        {
            throw new InvalidOperationException(
                Text($"The silo has ended with {_process?.ExitCode}: {LastLines()}")
            );
        }
        try
        {
            using var answer = await _http.GetAsync(
                new Uri(Text($"http://127.0.0.1:{HealthPort}/healthz/ready"))
            );
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGSTOP: every thread stands still, all sockets stay open.</summary>
    public void Stop() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Continue() => Signal("CONT");

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Waits for the end of the process.</summary>
    public async Task<int> ExitCode(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        await _process!.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        End();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Signal(string name) =>
        PostgresBinaries.Execute("sh", "-c", Text($"kill -{name} {_process!.Id}"));

    private void End()
    {
        _watchdog?.Dispose();
        if (_process is not null)
        {
            Kill();
            _process.Dispose();
        }
        (_watchdog, _process) = (null, null);
    }

    private string LastLines() =>
        File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(5)) : "no log";

    /// <summary>The silo that was built together with this test.</summary>
    private static string Program()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var (framework, configuration) = (output.Name, output.Parent!.Name);
        var root = output;
        while (!File.Exists(Path.Combine(root.FullName, "PointsMall.sln")))
        {
            root =
                root.Parent
                ?? throw new InvalidOperationException("The tests run outside of the repository");
        }
        return Path.Combine(
            root.FullName,
            "silo",
            "bin",
            configuration,
            framework,
            "PointsMall.Silo.dll"
        );
    }

    private static string Text(FormattableString text) =>
        text.ToString(CultureInfo.InvariantCulture);
}
