using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Bench.Watching;
using PointsMall.LoadTests.Faults.Rigs;

namespace PointsMall.LoadTests.Faults;

/// <summary>The mall that a fault strikes, and the hands that do it. Only processes of this mall are touched.</summary>
/// <param name="data">Its data folder.</param>
/// <param name="hotSku">The SKU that every second redemption wants.</param>
/// <param name="rig">What stands around it.</param>
internal sealed class FaultScene(DataFolder data, Guid hotSku, IFaultRig? rig)
{
    /// <summary>A silo on other ports than its predecessor's waits for 83 s.</summary>
    private static readonly TimeSpan AnyStart = TimeSpan.FromSeconds(100);

    private readonly List<string> _wrong = [];

    public Guid HotSku => hotSku;

    public IFaultRig? Rig => rig;

    /// <summary>What was not as it should be, beside lost answers and times.</summary>
    public IReadOnlyList<string> WhatWasWrong => _wrong;

    /// <summary>Something is not as it should be.</summary>
    public void Wrong(string what) => _wrong.Add(what);

    /// <summary>Names of the silos that run, in order.</summary>
    public IReadOnlyList<string> Silos() => Named("silo");

    public int Process(string name) =>
        data.Processes().TryGetValue(name, out var id)
            ? id
            : throw new BenchException($"{name} does not run");

    /// <summary>The first process of one of PostgreSQL's servers and all that it has started.</summary>
    public IReadOnlyList<int> PostgresProcesses(string server = "postgres")
    {
        var first = Process(server);
        var parents = Directory
            .GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name =>
                int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            )
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Select(id => (Id: id, Parent: ParentOf(id)))
            .ToLookup(process => process.Parent, process => process.Id);
        List<int> found = [first];
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(parents[found[i]]);
        }
        return found;
    }

    /// <summary>
    /// The silo that holds the hot gate: of silos that have just started, the only one that has opened any. Known after the first redemption.
    /// </summary>
    public string SiloOfTheGate { get; private set; } = "";

    /// <summary>Finds it out, after the first redemption.</summary>
    public async Task FindTheGate(CancellationToken cancelled)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        while (SiloOfTheGate.Length == 0)
        {
            foreach (var silo in Silos())
            {
                var port = data.Recall("ports", $"{silo}_metrics");
                var page = MetricsPage.Parse(
                    await http.GetStringAsync(
                        new Uri($"http://127.0.0.1:{port}/metrics"),
                        cancelled
                    )
                );
                if (page["pointsmall_stock_bumps_total"] > 0)
                {
                    SiloOfTheGate = silo;
                }
            }
            // A page is made anew only several times a second.
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancelled);
        }
    }

    public Task Signal(string signal, params string[] names) =>
        Signal(signal, [.. names.Select(Process)]);

    /// <summary>They stand still for some time, and always go on afterwards.</summary>
    public static async Task Frozen(
        IReadOnlyList<int> processes,
        TimeSpan time,
        CancellationToken cancelled
    )
    {
        await Signal("STOP", processes);
        try
        {
            await Task.Delay(time, cancelled);
        }
        finally
        {
            await Signal("CONT", processes);
        }
    }

    /// <summary>Each silo in turn is stopped in order and started again.</summary>
    public async Task RollSilos(CancellationToken cancelled)
    {
        foreach (var silo in Silos())
        {
            await Script(cancelled, "silo", "stop", silo["silo".Length..]);
            await Script(cancelled, "silo", "add");
        }
    }

    /// <summary>Each API in turn is stopped in order, and started again by <c>./mall up</c>.</summary>
    public async Task RollApis(CancellationToken cancelled)
    {
        foreach (var api in Named("api"))
        {
            var process = Process(api);
            await Signal("TERM", api);
            if (
                !await Comes(
                    async () => Process(api) != process && await IsReady(api, cancelled),
                    AnyStart,
                    cancelled
                )
            )
            {
                Wrong($"{api} did not come back");
            }
        }
    }

    /// <summary>Silos that died are ready again.</summary>
    public async Task AwaitSilos(int silos, CancellationToken cancelled)
    {
        for (var silo = 1; silo <= silos; silo++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"silo{silo}");
            if (!await Comes(() => IsReady(name, cancelled), AnyStart, cancelled))
            {
                Wrong($"{name} did not come back");
            }
        }
    }

    /// <summary>What a silo's or an API's <c>/healthz/ready</c> says.</summary>
    public async Task<bool> IsReady(string name, CancellationToken cancelled)
    {
        var port = data.Recall(
            "ports",
            name.StartsWith("silo", StringComparison.Ordinal) ? $"{name}_health" : name
        );
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            using var answer = await http.GetAsync(
                new Uri($"http://127.0.0.1:{port}/healthz/ready"),
                cancelled
            );
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancelled.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>False when it has not come about in time.</summary>
    public static async Task<bool> Comes(
        Func<Task<bool>> condition,
        TimeSpan within,
        CancellationToken cancelled
    )
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > within)
            {
                return false;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancelled);
        }
        return true;
    }

    /// <summary>True also when it only waits to be reaped.</summary>
    public static bool HasEnded(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is 'Z' or 'X';
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>PostgreSQL takes these settings beside those of <c>./mall</c>, or, without any, those alone again.</summary>
    public async Task SetPostgres(params string[] settings)
    {
        var file = Path.Combine(data.Cluster, "mall.conf");
        _postgresSettings ??= await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, $"{_postgresSettings}\n{string.Join('\n', settings)}\n");
        await Signal("HUP", "postgres");
    }

    private string? _postgresSettings;

    /// <summary>A command of <c>./mall</c> on this mall.</summary>
    public async Task Script(CancellationToken cancelled, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "bash",
            [MallScript.Path, .. arguments, "--data", data.Path]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync(cancelled);
        var errors = process.StandardError.ReadToEndAsync(cancelled);
        await process.WaitForExitAsync(cancelled);
        if (process.ExitCode != 0)
        {
            throw new BenchException(
                $"./mall {string.Join(' ', arguments)} failed: {await said}{await errors}"
            );
        }
    }

    /// <summary>A connection outside of any pool.</summary>
    public async Task<NpgsqlConnection> Connect(string role, CancellationToken cancelled)
    {
        var owner = new NpgsqlConnectionStringBuilder(data.OwnerConnectionString())
        {
            Pooling = false,
            ApplicationName = "faults",
        };
        if (role != "owner")
        {
            owner.Username = role;
            owner.Password = data.Recall("passwords", role);
        }
        var connection = new NpgsqlConnection(owner.ConnectionString);
        await connection.OpenAsync(cancelled);
        return connection;
    }

    public static async Task Execute(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancelled
    )
    {
#pragma warning disable CA2100 // written here, with ids of this run
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancelled);
    }

    public static async Task Signal(string signal, IReadOnlyList<int> processes)
    {
        using var kill = System.Diagnostics.Process.Start(
            "kill",
            [$"-{signal}", .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]
        );
        await kill.WaitForExitAsync();
    }

    private IReadOnlyList<string> Named(string kind) =>
        [
            .. data.Processes()
                .Keys.Where(name => name.StartsWith(kind, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    private static int ParentOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            // The name in brackets may hold anything; state and parent follow.
            return int.Parse(
                stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1],
                CultureInfo.InvariantCulture
            );
        }
        catch (IOException)
        {
            return 0; // ended meanwhile
        }
    }
}
