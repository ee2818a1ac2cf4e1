using System.Diagnostics;
using System.Globalization;
using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Histories;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Bench.Seeding;
using PointsMall.LoadTests.Bench.Watching;

namespace PointsMall.LoadTests.Compare;

/// <summary>The mall and its peers in turn on this machine, one up at a time, in rounds of a shuffled order.</summary>
internal sealed class Comparison(CompareOptions options, string folder, TextWriter output)
{
    private const int SpreadSkus = 1_000;
    private const string Load = "load";
    private const string HotShelf = "hot";
    private const string SpreadShelf = "spread";

    private static readonly Dictionary<string, string> MallSettings = new(StringComparer.Ordinal)
    {
        ["Diagnostics__Noop"] = "true",
    };

    private readonly DataFolder _mall = new(options.Data ?? Path.Combine(folder, Contestant.Mall));
    private readonly HashSet<string> _seeded = new(StringComparer.Ordinal);
    private readonly List<Measured> _measured = [];
    private readonly Dictionary<string, Verdict> _verdicts = new(StringComparer.Ordinal);
    private Stage? _stage;
    private Crowd? _population;

    public IReadOnlyList<Measured> Measured => _measured;

    /// <summary>What the history check said of each system that redeems.</summary>
    public IReadOnlyDictionary<string, Verdict> Verdicts => _verdicts;

    public IReadOnlyList<Contestant> Systems { get; private set; } = [];

    /// <summary>What the figures depend on beside the code.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; private set; } = [];

    public async Task Run(CancellationToken cancelled)
    {
        Systems = [Mall(), .. options.Peers.Select(Peer)];
        _stage = await MakeMall(cancelled);
        for (var round = 1; round <= options.Rounds; round++)
        {
            var order = Systems.ToArray();
            new Random(options.Seed + round).Shuffle(order);
            await output.WriteLineAsync(
                $"round {round}: {string.Join(", ", order.Select(system => system.Name))}"
            );
            foreach (var system in order)
            {
                cancelled.ThrowIfCancellationRequested();
                await TakeTurn(system, round, cancelled);
            }
        }
    }

    /// <summary>The mall's members, tokens and SKUs are everybody's.</summary>
    private async Task<Stage> MakeMall(CancellationToken cancelled)
    {
        Directory.CreateDirectory(_mall.Path);
        await using var mall = await StartMall(cancelled);
        // Signs until the end of the comparison, so it is not disposed here.
        var access = MallAccess.Of(mall.Api, _mall);
        var bench = new BenchOptions { Data = _mall.Path };
        var builder = new StageBuilder(access, bench, output);
        _population = await builder.EnsurePopulation(cancelled);
        var stage = await builder.Build(
            new StageNeeds
            {
                Shoppers = options.Members,
                PointsEach = PeerCommand.PointsPerMember,
                Shelves =
                [
                    new Shelf(HotShelf, 1, PeerCommand.UnitsPerSku),
                    new Shelf(SpreadShelf, SpreadSkus, PeerCommand.UnitsPerSku),
                ],
            },
            _population,
            cancelled
        );
        // Once the members are there: the number of rows is one of the facts.
        Facts =
        [
            .. await Machine.Describe(access, bench, cancelled),
            new("versions", Versions.Text),
        ];
        return stage;
    }

    private Task<OwnMall> StartMall(CancellationToken cancelled) =>
        OwnMall.Start(
            MallScript.Path,
            _mall,
            silos: 1,
            apis: 1,
            OwnMall.FreePort(),
            [],
            MallSettings,
            cancelled
        );

    private async Task<Running> RunMall(CancellationToken cancelled) =>
        Running.Of(await StartMall(cancelled), _mall, _stage!.Skus);

    private Contestant Mall() =>
        new(Contestant.Mall, "this project", Promises.Mall) { Start = RunMall };

    private Contestant Peer(string name)
    {
        if (name == Contestant.NoopGrain)
        {
            return new(
                name,
                "the mall's own API and silo, a grain call that does nothing",
                Promises.None
            )
            {
                Path = "/internal/noop",
                Redeems = false,
                Start = RunMall,
            };
        }
        var (kind, settings) = PeerKind.Find(name);
        return new(name, kind.Shape, kind.Promises)
        {
            Redeems = kind.Store is not null,
            Start = async _ =>
                Running.Of(
                    await RunningPeer.Start(
                        kind,
                        Path.Combine(folder, name.Replace(':', '-')),
                        _mall.File("keys/public.pem"),
                        settings
                    )
                ),
        };
    }

    private async Task TakeTurn(Contestant system, int round, CancellationToken cancelled)
    {
        await using var running = await system.Start(cancelled);
        await Seed(system, running);
        foreach (var workload in system.Redeems ? Enum.GetValues<Workload>() : [Workload.Hot])
        {
            cancelled.ThrowIfCancellationRequested();
            _measured.Add(Measure(system, running, workload, round));
            await output.WriteLineAsync(Line(_measured[^1]));
        }
        if (system.Redeems && round == options.Rounds)
        {
            var verdict = await HistoryCheck.Run(
                system.History,
                _stage!.Skus,
                running.Books,
                cancelled: cancelled
            );
            _verdicts[system.Name] = verdict;
            await output.WriteLineAsync($"  {system.Name}: {verdict}");
            foreach (var example in verdict.Examples)
            {
                await output.WriteLineAsync($"    {example}");
            }
        }
    }

    private async Task Seed(Contestant system, Running running)
    {
        if (running.Peer is { } peer && _seeded.Add(system.Name))
        {
            var shoppers = _stage!.Shoppers.Select(shopper => shopper.MemberId).ToHashSet();
            var others = Enumerable
                .Range(0, _population?.Members ?? 0)
                .Select(i => _population!.MemberId(i))
                .Where(member => !shoppers.Contains(member));
            await peer.AddMembers([.. shoppers, .. others], PeerCommand.PointsPerMember);
            await peer.AddSkus(
                _stage.Skus.Select(sku => sku.SkuId),
                PeerCommand.PointsEach,
                PeerCommand.UnitsPerSku
            );
        }
    }

    private Measured Measure(Contestant system, Running running, Workload workload, int round)
    {
        var skus = _stage!.Shelf(workload == Workload.Hot ? HotShelf : SpreadShelf);
        using var load = new ClosedLoad(
            system,
            running.Api,
            _stage.Shoppers,
            skus,
            options.Connections
        );
        var (warmUp, steady) = load.WarmUp();
        var watch = Stopwatch.StartNew();
        var before = ProcessTimes.Of(running.Processes);
        var generatorBefore = Environment.CpuUsage.TotalTime;
        var stats = load.Run(options.Duration);
        var seconds = watch.Elapsed.TotalSeconds;
        var cores = ProcessTimes
            .Of(running.Processes)
            .ToDictionary(
                process => process.Key,
                process => (process.Value - before[process.Key]) / seconds,
                StringComparer.Ordinal
            );
        cores[Load] = (Environment.CpuUsage.TotalTime - generatorBefore).TotalSeconds / seconds;
        return Of(system, workload, round, stats) with
        {
            Cores = cores,
            WarmUpSeconds = warmUp,
            Steady = steady,
        };
    }

    private static Measured Of(
        Contestant system,
        Workload workload,
        int round,
        ScenarioStats stats
    ) =>
        new(
            system.Name,
            workload,
            round,
            stats.Ok.Request.RPS,
            stats.Fail.Request.Count,
            stats.Ok.Latency.Percent50,
            stats.Ok.Latency.Percent99,
            new Dictionary<string, double>(StringComparer.Ordinal),
            WarmUpSeconds: 0,
            Steady: false
        );

    private static string Line(Measured run) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"  {run.System, -16}{run.Workload, -8}{run.Rate, 9:N0}/s  p50 {run.P50Ms:0.0} ms  p99 {run.P99Ms:0.0} ms  failed {run.Failed}  {string.Join("  ", run.Cores.Select(process => string.Create(CultureInfo.InvariantCulture, $"{process.Key} {process.Value:0.00}")))}  warm after {run.WarmUpSeconds} s{(run.Steady ? "" : ", not steady")}"
        );
}
