using NBomber.Contracts;
using PointsMall.LoadTests.Runner.Engine;

namespace PointsMall.LoadTests.Runner.Configuration;

/// <summary>What a run is to do, from code, configs and command line, checked.</summary>
internal static class RunSettings
{
    /// <exception cref="RunConfigException">It can't be run.</exception>
    public static NBomberContext Of(NBomberContext context, IReadOnlyList<string> args)
    {
        context = CommandLine.Apply(context, args);
        if (context.TargetScenarios is { } targets)
        {
            context = context with { Scenarios = Targets(context, targets) };
        }
        foreach (var scenario in context.Scenarios.Where(one => one.Run is not null))
        {
            _ = LoadPlan.Of(scenario);
        }
        return context;
    }

    private static List<ScenarioProps> Targets(
        NBomberContext context,
        IReadOnlyList<string> targets
    )
    {
        var unknown = targets.FirstOrDefault(name =>
            context.Scenarios.All(one => one.ScenarioName != name)
        );
        if (unknown is not null)
        {
            throw new RunConfigException(
                $"there is no scenario '{unknown}' to target; there are {string.Join(", ", context.Scenarios.Select(one => one.ScenarioName))}"
            );
        }
        List<ScenarioProps> left =
        [
            .. context.Scenarios.Where(one => targets.Contains(one.ScenarioName)),
        ];
        return left.Count > 0 ? left : throw new RunConfigException("no scenario is targeted");
    }
}
