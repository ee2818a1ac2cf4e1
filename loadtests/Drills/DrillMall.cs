using System.Diagnostics;
using Npgsql;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Faults;

namespace PointsMall.LoadTests.Drills;

/// <summary>The mall of a drill: some members, a hot SKU and a few others.</summary>
internal sealed class DrillMall : IAsyncDisposable
{
    private const int Members = 500;
    private const int Skus = 9;
    private const long StockEach = 10_000_000;

    private readonly MallHost _host;

    private DrillMall(MallHost host, MallAccess access, Stage stage)
    {
        _host = host;
        Access = access;
        Stage = stage;
        Scene = new FaultScene(access.Data!, stage.Skus[0].SkuId, rig: null);
    }

    public MallAccess Access { get; }

    public DataFolder Data => Access.Data!;

    public Stage Stage { get; }

    public FaultScene Scene { get; }

    /// <param name="silos">Silo processes.</param>
    /// <param name="up">Further options of <c>./mall up</c>.</param>
    /// <param name="postgres">Further settings of PostgreSQL.</param>
    /// <param name="cancelled">Gives up.</param>
    public static async Task<DrillMall> Start(
        int silos,
        IReadOnlyList<string> up,
        string? postgres,
        CancellationToken cancelled
    )
    {
        var options = new BenchOptions { Silos = silos };
        var host = new MallHost(options, up, postgres);
        try
        {
            var access = await host.Start(cancelled);
            var stage = await new StageBuilder(access, options, Console.Out).Build(
                new StageNeeds
                {
                    Shoppers = Members,
                    LotsEach = 4,
                    PointsEach = 100_000_000,
                    Shelves =
                    [
                        new Shelf("hot", 1, StockEach),
                        new Shelf("others", Skus - 1, StockEach),
                    ],
                },
                population: null,
                cancelled
            );
            return new DrillMall(host, access, stage);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public FaultLoad Load(DrillOptions options) => new(Stage, options.Callers, options.Seed);

    public Task Restart(CancellationToken cancelled) => _host.Restart(cancelled);

    public Task Stop() => _host.Stop();

    /// <summary>A command of <c>./mall</c>, timed.</summary>
    public async Task<TimeSpan> Timed(CancellationToken cancelled, params string[] command)
    {
        var began = Stopwatch.GetTimestamp();
        await Scene.Script(cancelled, command);
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>One value, as the owner.</summary>
    public async Task<T> Scalar<T>(string sql, CancellationToken cancelled)
    {
        await using var owner = await Scene.Connect("owner", cancelled);
#pragma warning disable CA2100 // written in the drills
        await using var command = new NpgsqlCommand(sql, owner);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync(cancelled))!;
    }

    /// <summary>Asks again and again, for at most a minute.</summary>
    public async Task Until(string what, string sql, CancellationToken cancelled)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await Scalar<bool>(sql, cancelled))
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(1))
            {
                throw new BenchException($"never: {what}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancelled);
        }
    }

    /// <summary>Whether a server that is starting, on its own port, turns out to be a standby.</summary>
    public async Task<bool> IsStandby(string server, CancellationToken cancelled)
    {
        var there = new NpgsqlConnectionStringBuilder(Data.OwnerConnectionString())
        {
            Host = $"127.0.0.1:{Data.Recall("ports", server)}",
            TargetSessionAttributes = null,
            Pooling = false,
        };
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(there.ConnectionString);
                await connection.OpenAsync(cancelled);
                await using var command = new NpgsqlCommand(
                    "select pg_is_in_recovery()",
                    connection
                );
                return (bool)(await command.ExecuteScalarAsync(cancelled))!;
            }
            catch (NpgsqlException) when (Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancelled);
            }
        }
    }

    /// <summary>The folder of a server's files.</summary>
    public string FolderOf(string server) =>
        Path.Combine(
            Data.Recall("cluster", "folder") ?? Data.File("postgres"),
            server == "postgres" ? "data" : server
        );

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Access.Dispose();
    }
}
