using NBomber.Contracts;
using NBomber.CSharp;

namespace PointsMall.LoadTests.Runner.Configuration;

/// <summary>NBomber's command line, as far as it makes sense on one node. The rest is refused by name.</summary>
internal static class CommandLine
{
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["--license"] = "this runner needs no licence",
        ["--infra"] =
            "this runner has no infrastructure config; a logger is set with WithLoggerConfig",
        ["-i"] = "this runner has no infrastructure config; a logger is set with WithLoggerConfig",
    };

    /// <summary>The arguments as settings over those in code; configs named here are read last and beat the others.</summary>
    /// <exception cref="RunConfigException">An argument that does not exist, or does nothing here.</exception>
    public static NBomberContext Apply(NBomberContext context, IReadOnlyList<string> args)
    {
        var arguments = Parse(args);
        var configs = arguments.Where(one => one.Name is "--config" or "-c").SelectMany(Values);
        context = context with { Configs = [.. context.Configs, .. configs] };
        context = context.Configs.Aggregate(context, ConfigFile.Apply);
        foreach (var argument in arguments)
        {
            context = argument.Name switch
            {
                "--config" or "-c" => context,
                "--target" => context.WithTargetScenarios([.. Values(argument)]),
                "--session-id" => context with { SessionId = Value(argument) },
                "--test-name" => context.WithTestName(Value(argument)),
                "--test-suite" => context.WithTestSuite(Value(argument)),
                "--display-console-metrics" => context.DisplayConsoleMetrics(Flag(argument)),
                _ => throw new RunConfigException(Complaint(argument.Name)),
            };
        }
        return context;
    }

    private static string Complaint(string name) =>
        Refused.TryGetValue(name, out var why) ? $"{name}: {why}"
        : name.StartsWith("--cluster-", StringComparison.Ordinal)
            ? $"{name}: this runner is one node and has no cluster"
        : $"{name}: there is no such argument; there are --config, --target, --session-id, --test-name, --test-suite and --display-console-metrics";

    /// <summary><c>--name=value</c>, <c>--name value</c>, and several values after one name; one name given twice has the values of both.</summary>
    private static List<Argument> Parse(IReadOnlyList<string> args)
    {
        List<Argument> arguments = [];
        foreach (var arg in args)
        {
            if (arg.StartsWith('-'))
            {
                var parts = arg.Split('=', 2);
                var argument = arguments.Find(one => one.Name == parts[0]);
                if (argument is null)
                {
                    argument = new(parts[0], []);
                    arguments.Add(argument);
                }
                argument.Given.AddRange(parts[1..]);
            }
            else if (arguments is [.., var last])
            {
                last.Given.Add(arg);
            }
            else
            {
                throw new RunConfigException($"{arg}: an argument begins with --");
            }
        }
        return arguments;
    }

    private static List<string> Values(Argument argument) =>
        argument.Given.Count > 0
            ? argument.Given
            : throw new RunConfigException($"{argument.Name}: it needs a value");

    private static string Value(Argument argument) =>
        Values(argument) is [var one]
            ? one
            : throw new RunConfigException($"{argument.Name}: it takes one value");

    private static bool Flag(Argument argument) =>
        argument.Given.Count == 0
        || (
            bool.TryParse(Value(argument), out var flag)
                ? flag
                : throw new RunConfigException($"{argument.Name}: it takes true or false")
        );

    private sealed record Argument(string Name, List<string> Given);
}
