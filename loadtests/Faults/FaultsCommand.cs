using System.CommandLine;
using System.Globalization;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Faults;

/// <summary>What <c>./mall faults</c> was asked for.</summary>
internal sealed record FaultsOptions
{
    public required IReadOnlyList<FaultPlan> Plans { get; init; }

    /// <summary>Callers at the same time.</summary>
    public required int Callers { get; init; }

    /// <summary>Silo processes.</summary>
    public required int Silos { get; init; }

    /// <summary>Decides who buys what.</summary>
    public required int Seed { get; init; }
}

/// <summary><c>./mall faults [NAME...]</c>: a mall of its own, a load, one thing that breaks, the books; for each fault.</summary>
internal static class FaultsCommand
{
    private const int Members = 2_000;
    private const int Skus = 21;
    private const long StockEach = 10_000_000;

    public static Command Create()
    {
        var names = new Argument<string[]>("fault")
        {
            Description = "Which; all when none is named",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.AcceptOnlyFromAmong([.. FaultList.All.Select(plan => plan.Name)]);
        var list = new Option<bool>("--list") { Description = "Only says what there is" };
        var seed = new Option<int?>("--seed")
        {
            Description = "Decides who buys what; printed",
            HelpName = "N",
        };
        var callers = new Option<int>("--callers")
        {
            Description = "Members who redeem at the same time",
            HelpName = "N",
            DefaultValueFactory = _ => 16,
        };
        var silos = new Option<int>("--silos")
        {
            Description = "Silo processes, 2 to 16",
            HelpName = "N",
            DefaultValueFactory = _ => 2,
        };
        Between(callers, 1, 1_000);
        Between(silos, 2, 16);
        var command = new Command(
            "faults",
            "Breaks a mall under load in one way after another, and checks that nothing was lost, doubled or oversold"
        )
        {
            names,
            list,
            seed,
            callers,
            silos,
        };
        command.SetAction(
            (parsed, cancelled) =>
            {
                var asked = parsed.GetValue(names) ?? [];
                var options = new FaultsOptions
                {
                    Plans =
                    [
                        .. FaultList.All.Where(plan =>
                            asked.Length == 0 || asked.Contains(plan.Name, StringComparer.Ordinal)
                        ),
                    ],
                    Callers = parsed.GetValue(callers),
                    Silos = parsed.GetValue(silos),
                    Seed = parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000),
                };
                return BenchCommand.Told(() =>
                    parsed.GetValue(list) ? List() : Run(options, cancelled)
                );
            }
        );
        return command;
    }

    private static Task<int> List()
    {
        foreach (var plan in FaultList.All)
        {
            Console.WriteLine($"{plan.Name, -18}{plan.What}");
        }
        return Task.FromResult(0);
    }

    private static async Task<int> Run(FaultsOptions options, CancellationToken cancelled)
    {
        Console.WriteLine($"seed {options.Seed.ToString(CultureInfo.InvariantCulture)}");
        var bench = new BenchOptions { Silos = options.Silos };
        await using var malls = new MallHost(bench);
        using var mall = await malls.Start(cancelled);
        var builder = new StageBuilder(mall, bench, Console.Out);
        var outcomes = new List<FaultOutcome>();
        foreach (var plan in options.Plans)
        {
            Console.WriteLine($"{plan.Name}: {plan.What}");
            var stage = await builder.Build(
                new StageNeeds
                {
                    Shoppers = Members,
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
            await malls.Restart(cancelled);
            var outcome = await new FaultRun(plan, stage, mall, options).Run(cancelled);
            outcomes.Add(outcome);
            foreach (var problem in outcome.Problems())
            {
                Console.WriteLine($"  WRONG: {problem}");
            }
        }
        Console.WriteLine();
        Console.WriteLine(FaultTable.Of(outcomes));
        return outcomes.SelectMany(outcome => outcome.Problems()).Any() ? 1 : 0;
    }

    private static void Between(Option<int> option, int least, int most) =>
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) < least || result.GetValue(option) > most)
            {
                result.AddError(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{option.Name} must be a whole number from {least} to {most}"
                    )
                );
            }
        });
}
