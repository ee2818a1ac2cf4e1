using System.Globalization;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Scenarios;

namespace PointsMall.LoadTests.Bench;

/// <summary><c>./mall bench</c>: a mall, what the scenarios need, the scenarios, the books.</summary>
internal static class BenchCommand
{
    private const int Passed = 0;
    private const int Failed = 1;
    private const int WrongUse = 64;

    /// <summary>Runs a command; what goes wrong is told in a line.</summary>
    public static async Task<int> Told(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (BenchException e)
        {
            await Console.Error.WriteLineAsync($"bench: {e.Message}");
            return Failed;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("bench: stopped");
            return Failed;
        }
    }

    public static async Task<int> Run(BenchOptions options, CancellationToken cancelled)
    {
        if (options.Scenarios.Count == 0)
        {
            List();
            return Passed;
        }
        var unknown = options
            .Scenarios.Except(ScenarioList.All.Select(plan => plan.Name), StringComparer.Ordinal)
            .FirstOrDefault();
        if (unknown is not null)
        {
            await Console.Error.WriteLineAsync($"bench: there is no scenario {unknown}");
            List();
            return WrongUse;
        }
        await using var malls = new MallHost(options);
        using var mall = await malls.Start(cancelled);
        var builder = new StageBuilder(mall, options, Console.Out);
        var population = await builder.EnsurePopulation(cancelled);
        var results = new List<RunResult>();
        foreach (var name in options.Scenarios)
        {
            var plan = ScenarioList.All.Single(plan => plan.Name == name);
            Console.WriteLine($"{name}: {plan.Summary}");
            var stage = await builder.Build(plan.Needs(options), population, cancelled);
            if (stage.Needs.FreshProcesses)
            {
                await malls.Restart(cancelled);
            }
            results.Add(await new ScenarioRun(plan, stage, mall, options).Run(cancelled));
        }
        return (int)(results.Contains(RunResult.Wrong) ? RunResult.Wrong : results.Max());
    }

    /// <summary>A population in a data folder; with <c>--members</c> also members, tokens and SKUs as files there, for other load generators.</summary>
    public static async Task<int> Prepare(BenchOptions options, CancellationToken cancelled)
    {
        if (options.Data is null)
        {
            throw new BenchException("prepare needs --data DIR");
        }
        await using var malls = new MallHost(options);
        using var mall = await malls.Start(cancelled);
        var builder = new StageBuilder(mall, options, Console.Out);
        var population = await builder.EnsurePopulation(cancelled);
        if (population is not null)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{options.Data} holds {population.Members:N0} members, {population.Rich:N0} of them with {population.LotsEach} lots"
                )
            );
        }
        if (options.Members is { } members)
        {
            var needs = new StageNeeds
            {
                Shoppers = members,
                LotsEach = options.Lots ?? StageNeeds.UsualLots,
                PointsEach = 100_000_000,
                Shelves = [new Shelf("spread", options.Skus ?? 1, options.Stock ?? 100_000_000)],
            };
            var stage = await builder.Build(needs, population, cancelled);
            await Write(
                options.Data,
                "members",
                stage.Shoppers.Select(member => member.MemberId.ToString())
            );
            await Write(options.Data, "tokens", stage.Shoppers.Select(member => member.Token));
            await Write(options.Data, "skus", stage.Skus.Select(sku => sku.SkuId.ToString()));
        }
        return Passed;
    }

    private static async Task Write(string folder, string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(folder, name);
        await File.WriteAllLinesAsync(path, lines);
        Console.WriteLine(path);
    }

    private static void List()
    {
        foreach (var plan in ScenarioList.All)
        {
            Console.WriteLine($"{plan.Name, -18}{plan.Summary}");
        }
    }
}
