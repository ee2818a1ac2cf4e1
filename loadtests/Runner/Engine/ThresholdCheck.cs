using NBomber.Contracts.Metrics;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>A scenario's threshold in a run, and what became of it.</summary>
internal sealed class ThresholdCheck(string scenario, Threshold threshold)
{
    private int _checks;
    private int _failures;
    private bool _held = true;
    private string? _fault;

    /// <summary>True when it has failed as often as ends the run.</summary>
    public bool Aborts => _failures >= threshold.AbortWhenErrorCount;
    public bool Passed => _held && !Aborts;

    public string Problem =>
        $"{scenario}: the threshold '{Text}' "
        + (
            Aborts ? $"failed {_failures} times, which ends the run"
            : _fault is null ? "does not hold"
            : $"can't be checked: {_fault}"
        );

    public ThresholdReport Report => new(Text, Passed, _checks, _failures);

    public ThresholdResult Result =>
        new(scenario, threshold.StepName, threshold.Text, _checks, _failures, !Passed);

    private string Text =>
        threshold.StepName.Length == 0 ? threshold.Text : $"{threshold.StepName}: {threshold.Text}";

    /// <param name="elapsed">Since the end of the warm-up.</param>
    public void Check(TimeSpan elapsed, ScenarioStats stats, MetricStats metrics)
    {
        if (elapsed >= threshold.StartCheckAfter)
        {
            CheckNow(stats, metrics);
        }
    }

    /// <summary>At the end, whenever the checks were to start.</summary>
    public void CheckNow(ScenarioStats stats, MetricStats metrics)
    {
        _checks++;
        try
        {
            _held = threshold.Holds(stats, metrics);
            _fault = null;
        }
        catch (Exception fault)
        {
            // The check is the scenario's code; one that throws has not been shown to hold.
            _held = false;
            _fault = fault.Message;
        }
        _failures += _held ? 0 : 1;
    }
}
