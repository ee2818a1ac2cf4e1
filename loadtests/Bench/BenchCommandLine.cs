using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace PointsMall.LoadTests.Bench;

/// <summary>The arguments of <c>./mall bench</c>.</summary>
internal static class BenchCommandLine
{
    private static readonly Argument<string[]> Scenarios = new("scenario")
    {
        Description = "Scenarios to run, one after the other; none lists them",
        Arity = ArgumentArity.ZeroOrMore,
        Validators =
        {
            result =>
            {
                foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-')))
                {
                    result.AddError($"there is no option {token.Value}");
                }
            },
        },
    };

    private static readonly Option<Uri?> Against = new("--against")
    {
        Description =
            "The API of a mall that runs already, instead of one of its own; with --data DIR, its data folder, or ConnectionStrings__owner and Auth__PrivateKeyFile in the environment",
        HelpName = "URL",
        CustomParser = result =>
        {
            if (
                Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url)
                && url.Scheme is "http" or "https"
            )
            {
                return url;
            }
            result.AddError("--against takes the address of an API: http://127.0.0.1:8080");
            return null;
        },
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The mall's data folder; without it a temporary one, removed at the end",
        HelpName = "DIR",
    };

    private static readonly Option<int> Silos = Number("--silos", 1, 16, "Silo processes");

    private static readonly Option<int?> Rate = Optional(
        "--rate",
        1,
        1_000_000,
        "Iterations a second at the height of the load, instead of the scenario's own"
    );

    private static readonly Option<TimeSpan?> Duration = new("--duration")
    {
        Description =
            "How long that height lasts, instead of the scenario's own: 90, 15s, 30m, 1h or hh:mm:ss",
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (ParseDuration(result.Tokens[0].Value) is { } duration)
            {
                return duration;
            }
            result.AddError("--duration takes a time above zero: 90, 15s, 30m, 1h or hh:mm:ss");
            return null;
        },
    };

    private static readonly Option<string> Report = new("--report")
    {
        Description = "Where the reports go, a folder for each scenario",
        HelpName = "DIR",
        DefaultValueFactory = _ => "reports",
    };

    private static readonly Option<string?> Config = new("--config")
    {
        Description = "A JSON file in NBomber's format; it beats the scenario's own settings",
        HelpName = "FILE",
    };

    private static readonly Option<int?> Members = Optional(
        "--members",
        1,
        1_000_000,
        "Members who call, instead of the scenario's own number"
    );

    private static readonly Option<int?> Lots = Optional(
        "--lots",
        1,
        24,
        "Lots that each of them has, instead of 24"
    );

    private static readonly Option<int?> Skus = Optional(
        "--skus",
        1,
        100_000,
        "SKUs of a scenario over many, instead of its own number"
    );

    private static readonly Option<int?> Stock = Optional(
        "--stock",
        1,
        1_000_000_000,
        "Units of each SKU, instead of the scenario's own number"
    );

    private static readonly Option<Population> Population = new("--population")
    {
        Description =
            "Members and ledger rows beside the scenario's own: none, small (50,000 and 500,000; seconds to make) or full (1,000,000 and 10,000,000; minutes)",
        HelpName = "SIZE",
        DefaultValueFactory = _ => Bench.Population.None,
        CustomParser = result =>
        {
            var name = result.Tokens[0].Value;
            if (
                Bench.Population.All.FirstOrDefault(size =>
                    string.Equals(size.Name, name, StringComparison.Ordinal)
                ) is
                { } found
            )
            {
                return found;
            }
            result.AddError("--population is none, small or full");
            return Bench.Population.None;
        },
    };

    private static readonly Option<int> FlushDelay = Number(
        "--flush-delay",
        0,
        100,
        "Milliseconds added to each flush of the database's log, to see what a slower disk would do"
    );

    private static readonly Option<bool> Keep = new("--keep")
    {
        Description = "Leaves a temporary data folder for a later run, and says where it is",
    };

    /// <param name="run">Runs scenarios.</param>
    /// <param name="prepare">Makes a population and stops.</param>
    /// <param name="others">Further commands beside <c>prepare</c>.</param>
    public static RootCommand Create(
        Func<BenchOptions, CancellationToken, Task<int>> run,
        Func<BenchOptions, CancellationToken, Task<int>> prepare,
        params IReadOnlyList<Command> others
    )
    {
        var root = new RootCommand(
            "Runs load scenarios against a mall and checks its books afterwards."
        )
        {
            Scenarios,
            Against,
            Data,
            Silos,
            Rate,
            Duration,
            Report,
            Config,
            Members,
            Lots,
            Skus,
            Stock,
            Population,
            FlushDelay,
            Keep,
        };
        root.SetAction((parsed, cancelled) => run(Read(parsed), cancelled));
        var preparing = new Command(
            "prepare",
            "Makes a population in a data folder, for later runs with the same --data. With --members it also writes the files members, tokens and skus there, for other load generators"
        )
        {
            Against,
            Data,
            Population,
            Members,
            Lots,
            Skus,
            Stock,
        };
        preparing.SetAction((parsed, cancelled) => prepare(Read(parsed), cancelled));
        root.Subcommands.Add(preparing);
        foreach (var other in others)
        {
            root.Subcommands.Add(other);
        }
        return root;
    }

    /// <summary>Seconds, a number with a unit, or hh:mm:ss; null for anything else.</summary>
    internal static TimeSpan? ParseDuration(string text)
    {
        var number = text.TrimEnd('s', 'm', 'h');
        TimeSpan? unit = text[number.Length..] switch
        {
            "" or "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => null,
        };
        var duration =
            unit is { } one
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? one * count
            : TimeSpan.TryParseExact(
                text,
                @"hh\:mm\:ss",
                CultureInfo.InvariantCulture,
                out var time
            )
                ? time
            : (TimeSpan?)null;
        return duration > TimeSpan.Zero ? duration : null;
    }

    private static BenchOptions Read(ParseResult parsed) =>
        new()
        {
            Scenarios = parsed.GetValue(Scenarios) ?? [],
            Against = parsed.GetValue(Against),
            Data = parsed.GetValue(Data),
            Silos = parsed.GetValue(Silos),
            Rate = parsed.GetValue(Rate),
            Duration = parsed.GetValue(Duration),
            Report = parsed.GetValue(Report) ?? "reports",
            Config = parsed.GetValue(Config),
            Members = parsed.GetValue(Members),
            Lots = parsed.GetValue(Lots),
            Skus = parsed.GetValue(Skus),
            Stock = parsed.GetValue(Stock),
            Population = parsed.GetValue(Population) ?? Bench.Population.None,
            FlushDelayMs = parsed.GetValue(FlushDelay),
            Keep = parsed.GetValue(Keep),
        };

    private static Option<int> Number(string name, int least, int most, string what)
    {
        var option = new Option<int>(name)
        {
            Description = what,
            HelpName = "N",
            DefaultValueFactory = _ => least,
        };
        option.CustomParser = result => Whole(result, name, least, most) ?? least;
        return option;
    }

    private static Option<int?> Optional(string name, int least, int most, string what) =>
        new(name)
        {
            Description = what,
            HelpName = "N",
            CustomParser = result => Whole(result, name, least, most),
        };

    private static int? Whole(ArgumentResult result, string name, int least, int most)
    {
        if (
            int.TryParse(
                result.Tokens[0].Value,
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var value
            )
            && value >= least
            && value <= most
        )
        {
            return value;
        }
        result.AddError($"{name} must be a whole number from {least} to {most}");
        return null;
    }
}
