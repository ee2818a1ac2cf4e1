using System.CommandLine;
using System.Globalization;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Compare;

/// <summary><c>bench compare</c>: the mall beside what somebody could build instead.</summary>
internal static class CompareCommand
{
    private static readonly Option<int> Rounds = Number("--rounds", 3, "Turns of each system");
    private static readonly Option<int> Connections = Number(
        "--connections",
        128,
        "Callers, each on a connection of its own"
    );
    private static readonly Option<int> Members = Number("--members", 20_000, "Members who redeem");
    private static readonly Option<int?> Seed = new("--seed")
    {
        Description = "Decides the order of the systems in each round; printed",
        HelpName = "N",
    };
    private static readonly Option<TimeSpan> Duration = new("--duration")
    {
        Description = "Of each measured run, after it has become steady: 15s",
        HelpName = "TIME",
        DefaultValueFactory = _ => TimeSpan.FromSeconds(10),
        CustomParser = result =>
        {
            if (BenchCommandLine.ParseDuration(result.Tokens[0].Value) is { } duration)
            {
                return duration;
            }
            result.AddError("--duration takes a time above zero: 90, 15s, 30m, 1h or hh:mm:ss");
            return default;
        },
    };
    private static readonly Option<string> Peers = new("--peers")
    {
        Description =
            $"Names with commas between: {string.Join(", ", Names)}; all when nothing is said. postgres:32 is one with 32 connections",
        HelpName = "A,B",
    };
    private static readonly Option<string?> Data = new("--data")
    {
        Description =
            "A data folder with a population from bench prepare: the mall runs on it, the peers get the same members",
        HelpName = "DIR",
    };
    private static readonly Option<string?> Page = new("--page")
    {
        Description =
            "The page that gets the table, between two marks; docs/performance.md when nothing is said",
        HelpName = "FILE",
    };
    private static readonly Option<bool> NoPage = new("--no-page")
    {
        Description = "Only prints the table",
    };

    private static IEnumerable<string> Names =>
        [.. PeerKind.All.Select(kind => kind.Name), Contestant.NoopGrain];

    public static Command Create()
    {
        var command = new Command(
            "compare",
            "Runs the mall and its peers in turn on this machine and prints one table"
        )
        {
            Rounds,
            Duration,
            Connections,
            Members,
            Data,
            Peers,
            Seed,
            Page,
            NoPage,
        };
        command.SetAction(
            (parsed, cancelled) => BenchCommand.Told(() => Run(Read(parsed), cancelled))
        );
        return command;
    }

    private static CompareOptions Read(ParseResult parsed) =>
        new()
        {
            Rounds = parsed.GetValue(Rounds),
            Duration = parsed.GetValue(Duration),
            Connections = parsed.GetValue(Connections),
            Members = parsed.GetValue(Members),
            Data = parsed.GetValue(Data),
            Peers = parsed.GetValue(Peers)?.Split(',') ?? [.. Names],
            Seed = parsed.GetValue(Seed) ?? Random.Shared.Next(1_000_000),
            Page = parsed.GetValue(NoPage)
                ? null
                : parsed.GetValue(Page) ?? Path.Combine(MallScript.Root, "docs", "performance.md"),
            Command =
                $"./mall bench {string.Join(' ', parsed.Tokens.Select(token => token.Value))}",
        };

    private static async Task<int> Run(CompareOptions options, CancellationToken cancelled)
    {
        var seed = options.Seed.ToString(CultureInfo.InvariantCulture);
        Console.WriteLine($"seed {seed}");
        var folder = Directory.CreateTempSubdirectory("mall-compare-");
        if (!OperatingSystem.IsWindows())
        {
            // Everybody may enter, since the user who runs PostgreSQL for root must.
            folder.UnixFileMode = (UnixFileMode)0b111_101_101;
        }
        try
        {
            var comparison = new Comparison(options, folder.FullName, Console.Out);
            await comparison.Run(cancelled);
            var table = ComparisonTable.Of(
                comparison.Systems,
                comparison.Measured,
                comparison.Verdicts,
                [
                    .. comparison.Facts,
                    new("members", options.Members.ToString("N0", CultureInfo.InvariantCulture)),
                    new("command", $"`{options.Command}`, seed {seed}"),
                ]
            );
            Console.WriteLine();
            Console.WriteLine(table);
            if (options.Page is { } page)
            {
                await PerformancePage.Write(page, table);
            }
            return comparison.Verdicts.Values.All(verdict => verdict.IsClean) ? 0 : 1;
        }
        finally
        {
            foreach (var system in folder.EnumerateDirectories())
            {
                new DataFolder(system.FullName).Remove();
            }
            folder.Delete(recursive: true);
        }
    }

    private static Option<int> Number(string name, int usual, string what)
    {
        var option = new Option<int>(name)
        {
            Description = what,
            HelpName = "N",
            DefaultValueFactory = _ => usual,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) < 1)
            {
                result.AddError($"{name} must be a whole number from 1");
            }
        });
        return option;
    }
}
