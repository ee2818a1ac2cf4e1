using Microsoft.Extensions.Configuration;
using NBomber.Contracts;
using NBomber.Contracts.Metrics;
using NBomber.Contracts.Stats;
using Serilog;

namespace PointsMall.LoadTests.Runner.Engine;

internal sealed class InitContext(
    RunSession session,
    MetricRegistry metrics,
    ScenarioProps scenario,
    IConfiguration globalCustomSettings,
    ScenarioOperation operation
) : IScenarioInitContext
{
    public TestInfo TestInfo => session.TestInfo;
    public ScenarioInfo ScenarioInfo { get; } =
        new(
            scenario.ScenarioName,
            0,
            scenario.ScenarioName,
            scenario.Run is null ? TimeSpan.Zero : LoadPlan.Of(scenario).Duration,
            operation
        );
    public NodeInfo NodeInfo =>
        session.NodeInfo(
            operation == ScenarioOperation.Init ? OperationType.Init : OperationType.Stop
        );
    public IConfiguration CustomSettings => scenario.CustomSettings;
    public IConfiguration GlobalCustomSettings => globalCustomSettings;
    public ScenarioPartition ScenarioPartition { get; } = new(Number: 1, Count: 1);
    public ILogger Logger => session.Logger;

    public void RegisterMetric(IMetric metric) => metrics.Register(scenario.ScenarioName, metric);
}
