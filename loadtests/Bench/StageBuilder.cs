using System.Diagnostics;
using System.Globalization;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Bench.Seeding;

namespace PointsMall.LoadTests.Bench;

/// <summary>Fills a mall: the population once, then for each scenario its members, tokens and shelves.</summary>
internal sealed class StageBuilder(MallAccess mall, BenchOptions options, TextWriter output)
{
    private const int PopulationSeed = 1;

    /// <summary>Of a population: what its rich members start with, enough for any number of runs.</summary>
    private const long PopulationPoints = 240_000_000;

    /// <summary>Makes the population that was asked for, unless the folder has it already.</summary>
    /// <returns>Its members, or null for none.</returns>
    public async Task<Crowd?> EnsurePopulation(CancellationToken cancelled)
    {
        var wanted = options.Population;
        var found = mall.Data is null ? null : PopulationFile.Read(mall.Data);
        if (found is not null)
        {
            return
                wanted == Population.None
                || string.Equals(found.Name, wanted.Name, StringComparison.Ordinal)
                ? found.Crowd
                : throw new BenchException(
                    $"{mall.Data!.Path} holds the population {found.Name}, not {wanted.Name}"
                );
        }
        if (wanted == Population.None)
        {
            return null;
        }
        if (mall.Data is null)
        {
            throw new BenchException("--population needs --data DIR, where it is remembered");
        }
        var crowd = new Crowd(
            PopulationSeed,
            wanted.Members,
            wanted.Rich,
            StageNeeds.UsualLots,
            PopulationPoints,
            wanted.LedgerRows - wanted.Rich * (StageNeeds.UsualLots + 1L),
            TimeProvider.System.GetUtcNow()
        );
        new PopulationFile(wanted.Name, crowd, Complete: false).Write(mall.Data);
        await Write(crowd, cancelled);
        new PopulationFile(wanted.Name, crowd, Complete: true).Write(mall.Data);
        return crowd;
    }

    /// <summary>What one scenario asked for.</summary>
    /// <param name="needs">Of the scenario.</param>
    /// <param name="population">The members who are there already, or null.</param>
    /// <param name="cancelled">Stops between two rows.</param>
    public async Task<Stage> Build(StageNeeds needs, Crowd? population, CancellationToken cancelled)
    {
        var members = await Members(needs, population, cancelled);
        using var filler = new ShelfFiller(mall.Api, mall.Staff);
        var skus = await filler.Fill(needs.Shelves, cancelled);
        var shoppers = members.Select((id, i) => new Shopper(i, id, mall.Tokens.Member)).ToArray();
        Sign(shoppers, cancelled);
        return new Stage
        {
            Api = mall.Api,
            Options = options,
            Needs = needs,
            Shoppers = shoppers,
            Skus = skus,
            Staff = mall.Staff,
            Partner = mall.Partner,
        };
    }

    /// <summary>Rich members of the population when they fit and are enough, else new ones.</summary>
    private async Task<IReadOnlyList<Guid>> Members(
        StageNeeds needs,
        Crowd? population,
        CancellationToken cancelled
    )
    {
        if (
            population is not null
            && population.Rich >= needs.Shoppers
            && population.LotsEach == needs.LotsEach
            && population.PointsEach >= needs.PointsEach
        )
        {
            var every = (double)population.Rich / needs.Shoppers;
            return
            [
                .. Enumerable
                    .Range(0, needs.Shoppers)
                    .Select(i => population.MemberId(population.RichNumber((int)(i * every)))),
            ];
        }
        var now = TimeProvider.System.GetUtcNow();
        var crowd = new Crowd(
            now.ToUnixTimeMilliseconds(),
            needs.Shoppers,
            Rich: needs.Shoppers,
            needs.LotsEach,
            needs.PointsEach,
            OtherEntries: 0,
            now
        );
        await Write(crowd, cancelled);
        return [.. Enumerable.Range(0, crowd.Members).Select(crowd.MemberId)];
    }

    private async Task Write(Crowd crowd, CancellationToken cancelled)
    {
        if (crowd.Members == 0)
        {
            return;
        }
        var watch = Stopwatch.StartNew();
        using var filler = new ShelfFiller(mall.Api, mall.Staff);
        var souvenirs = await filler.Fill([Souvenirs.Shelf(crowd)], cancelled);
        var seeder = new MemberSeeder(mall.OwnerConnectionString, mall.Staff.Principal);
        var progress = new Progress(crowd.LedgerRows, watch, output);
        await seeder.Write(crowd, souvenirs, progress, cancelled);
        await output.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"made {crowd.Members:N0} members with {crowd.LedgerRows:N0} ledger entries in {watch.Elapsed.TotalSeconds:0} s"
            )
        );
    }

    private static void Sign(IReadOnlyList<Shopper> shoppers, CancellationToken cancelled) =>
        Parallel.ForEach(
            shoppers,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount,
                CancellationToken = cancelled,
            },
            shopper => _ = shopper.Token
        );

    /// <summary>A line every 5 seconds.</summary>
    private sealed class Progress(long total, Stopwatch watch, TextWriter output) : IProgress<long>
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
        private readonly Lock _gate = new();
        private TimeSpan _next = Interval;
        private long _done;

        public void Report(long value)
        {
            lock (_gate)
            {
                _done += value;
                if (watch.Elapsed < _next)
                {
                    return;
                }
                _next = watch.Elapsed + Interval;
                output.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {_done:N0} of {total:N0} ledger entries, {_done / watch.Elapsed.TotalSeconds:N0} a second"
                    )
                );
            }
        }
    }
}
