using System.Runtime.InteropServices;
using NBomber.Contracts.Stats;
using Serilog;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>What all scenarios of a run share.</summary>
internal sealed class RunSession(TestInfo testInfo, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<string> _problems = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeInfo[] _nodeInfos =
    [
        .. Enum.GetValues<OperationType>()
            .Select(operation => new NodeInfo(
                Environment.MachineName,
                NodeType.SingleNode,
                operation,
                RuntimeInformation.OSDescription,
                RuntimeInformation.FrameworkDescription,
                RuntimeInformation.ProcessArchitecture.ToString(),
                Environment.ProcessorCount
            )),
    ];

    public TestInfo TestInfo { get; } = testInfo;
    public ILogger Logger { get; } = logger;

    /// <summary>Cancelled when all scenarios have to end.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Set for each part of the run: those whose scenarios can be stopped by name.</summary>
    public IReadOnlyList<ScenarioRun> Running { get; set; } = [];

    /// <summary>Why the scenarios' own code ended the run; null when it did not.</summary>
    public string? StoppedBecause { get; private set; }

    public NodeInfo NodeInfo(OperationType operation) => _nodeInfos[(int)operation];

    public IReadOnlyList<string> Problems()
    {
        lock (_lock)
        {
            return [.. _problems];
        }
    }

    /// <summary>Says why the run does not pass.</summary>
    public void Problem(string problem)
    {
        lock (_lock)
        {
            _problems.Add(problem);
        }
    }

    /// <summary>Ends the run because it can't pass any more.</summary>
    public void Abort(string problem)
    {
        Problem(problem);
        End();
    }

    /// <summary>Ends all scenarios: what they have begun is answered and counted.</summary>
    public void End() => _stop.Cancel();

    public void StopTest(string reason)
    {
        Logger.Information("The scenario ends the run: {Reason}", reason);
        StoppedBecause ??= reason;
        End();
    }

    public void StopScenario(string scenarioName, string reason)
    {
        var run = Running.FirstOrDefault(one => one.Props.ScenarioName == scenarioName);
        if (run is null)
        {
            Logger.Warning(
                "No scenario {Scenario} runs, so it can't be stopped: {Reason}",
                scenarioName,
                reason
            );
        }
        else if (run.Stop())
        {
            Logger.Information("Scenario {Scenario} is stopped: {Reason}", scenarioName, reason);
        }
    }

    public void Dispose() => _stop.Dispose();
}
