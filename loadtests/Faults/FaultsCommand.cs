using System.CommandLine;
using System.Globalization;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Faults.Rigs;

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
    private const int Failed = 1;

    /// <summary>As test harnesses know it.</summary>
    private const int Skipped = 77;

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
            Console.WriteLine($"{plan.Name, -20}{plan.What}");
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
        var skipped = false;
        string[] silos =
        [
            .. Enumerable
                .Range(1, options.Silos)
                .Select(i => string.Create(CultureInfo.InvariantCulture, $"silo{i}")),
        ];
        foreach (var plan in options.Plans)
        {
            Console.WriteLine($"{plan.Name}: {plan.What}");
            if (!malls.Runs)
            {
                await malls.StartAgain(cancelled);
            }
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
            await malls.Stop();
            IFaultRig? rig = null;
            try
            {
                rig = plan.Rig is { } putUp ? await putUp(mall.Data!, silos) : null;
                await malls.StartAgain(cancelled, plan.Apis, rig?.Settings);
                var outcome = await new FaultRun(plan, stage, mall, rig, options).Run(cancelled);
                outcomes.Add(outcome);
                foreach (var problem in outcome.Problems())
                {
                    Console.WriteLine($"  WRONG: {problem}");
                }
            }
            catch (CannotStrikeException why)
            {
                skipped = true;
                Console.WriteLine($"  skipped: {why.Message}");
            }
            finally
            {
                if (malls.Runs && plan.NeedsItsOwnMall)
                {
                    await malls.Stop();
                }
                if (rig is not null)
                {
                    await rig.DisposeAsync();
                }
            }
        }
        Console.WriteLine();
        Console.WriteLine(FaultTable.Of(outcomes));
        return outcomes.SelectMany(outcome => outcome.Problems()).Any() ? Failed
            : skipped ? Skipped
            : 0;
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
