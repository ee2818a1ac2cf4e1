using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Bench.Watching;

namespace PointsMall.LoadTests.Faults;

/// <summary>The mall that a fault strikes, and the hands that do it. Only processes of this mall are touched.</summary>
/// <param name="data">Its data folder.</param>
/// <param name="hotSku">The SKU that every second redemption wants.</param>
internal sealed class FaultScene(DataFolder data, Guid hotSku)
{
    public Guid HotSku => hotSku;

    /// <summary>Names of the silos that run, in order.</summary>
    public IReadOnlyList<string> Silos() =>
        [
            .. data.Processes()
                .Keys.Where(name => name.StartsWith("silo", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

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
