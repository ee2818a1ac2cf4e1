using System.CommandLine;
using System.Globalization;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Drills;

/// <summary>What a drill was asked for.</summary>
internal sealed record DrillOptions
{
    /// <summary>Silo processes.</summary>
    public required int Silos { get; init; }

    /// <summary>Members who redeem at the same time.</summary>
    public required int Callers { get; init; }

    /// <summary>Each part of the load.</summary>
    public required TimeSpan Load { get; init; }

    /// <summary>Decides who buys what.</summary>
    public required int Seed { get; init; }
}

/// <summary><c>./mall drill restore | failover</c>: the worst nights, on a mall of its own.</summary>
internal static class DrillCommand
{
    public static Command Create() =>
        new("drill", "Loses the database of a mall under load, and brings it back")
        {
            Drill(
                "restore",
                "Backs up under load, destroys the database, restores it, also to a moment, and checks every answer",
                RestoreDrill.Run
            ),
            Drill(
                "failover",
                "Stops the standbys, then kills the primary under load, promotes a standby, and checks every answer",
                FailoverDrill.Run
            ),
        };

    private static Command Drill(
        string name,
        string what,
        Func<DrillOptions, CancellationToken, Task<DrillReport>> run
    )
    {
        var callers = new Option<int>("--callers")
        {
            Description = "Members who redeem at the same time",
            HelpName = "N",
            DefaultValueFactory = _ => 16,
        };
        var silos = new Option<int>("--silos")
        {
            Description = "Silo processes, 1 to 16",
            HelpName = "N",
            DefaultValueFactory = _ => 2,
        };
        var seconds = new Option<int>("--seconds")
        {
            Description = "How long each part of the load lasts",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
        };
        var seed = new Option<int?>("--seed")
        {
            Description = "Decides who buys what; printed",
            HelpName = "N",
        };
        Between(silos, 1, 16);
        Between(callers, 1, 1_000);
        Between(seconds, 1, 3_600);
        var command = new Command(name, what) { silos, callers, seconds, seed };
        command.SetAction(
            (parsed, cancelled) =>
            {
                var options = new DrillOptions
                {
                    Silos = parsed.GetValue(silos),
                    Callers = parsed.GetValue(callers),
                    Load = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                    Seed = parsed.GetValue(seed) ?? Random.Shared.Next(1_000_000),
                };
                return BenchCommand.Told(async () =>
                {
                    Console.WriteLine(
                        $"seed {options.Seed.ToString(CultureInfo.InvariantCulture)}"
                    );
                    var report = await run(options, cancelled);
                    Console.WriteLine(report);
                    return report.Holds ? 0 : 1;
                });
            }
        );
        return command;
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
