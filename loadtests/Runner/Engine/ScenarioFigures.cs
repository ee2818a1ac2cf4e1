using System.Collections.Concurrent;
using PointsMall.LoadTests.Runner.Recording;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>
/// The measurements of a scenario. Its figures are those of its steps together, as NBomber has them since 6.6, with iterations that failed outside of
/// a step among the failures; or those of its iterations, when it has no steps or asks for that.
/// </summary>
internal sealed class ScenarioFigures(bool basedOnIterations)
{
    private readonly ConcurrentDictionary<string, StepFigures> _steps = [];
    private readonly Recorder _iterations = new();
    private readonly Recorder _outsideSteps = new();
    private readonly Measurement _outsideTotal = new();
    private readonly Measurement _scratch = new();
    private readonly Measurement _interval = new();

    /// <summary>All iterations up to the last <see cref="Drain"/>.</summary>
    public Measurement Iterations { get; } = new();

    /// <summary>Each step up to the last <see cref="Drain"/>, in the order of their first use.</summary>
    public IEnumerable<(string Name, Measurement Total)> Steps =>
        _steps.OrderBy(one => one.Value.Order).Select(one => (one.Key, one.Value.Total));

    public Recorder Step(string name) =>
        _steps.TryGetValue(name, out var step)
            ? step.Recorder
            : _steps.GetOrAdd(name, _ => new(_steps.Count)).Recorder;

    public void Record(in Sample iteration, bool explainedByStep)
    {
        _iterations.Record(iteration);
        if (iteration.IsError && !explainedByStep)
        {
            _outsideSteps.Record(iteration);
        }
    }

    /// <summary>The scenario's figures since the last time. Valid until the next call; one caller at a time.</summary>
    public Measurement Drain()
    {
        _interval.Reset();
        var ofSteps = OfSteps;
        foreach (var step in _steps.Values)
        {
            TakeUp(step.Recorder, step.Total, ofSteps);
        }
        TakeUp(_outsideSteps, _outsideTotal, ofSteps);
        TakeUp(_iterations, Iterations, !ofSteps);
        return _interval;
    }

    /// <summary>The scenario's figures up to the last <see cref="Drain"/>.</summary>
    public Measurement Total()
    {
        if (!OfSteps)
        {
            return Iterations;
        }
        var total = new Measurement();
        foreach (var step in _steps.Values)
        {
            total.Add(step.Total);
        }
        total.Add(_outsideTotal);
        return total;
    }

    private bool OfSteps => !basedOnIterations && !_steps.IsEmpty;

    private void TakeUp(Recorder recorder, Measurement total, bool counts)
    {
        _scratch.Reset();
        recorder.DrainTo(_scratch);
        total.Add(_scratch);
        if (counts)
        {
            _interval.Add(_scratch);
        }
    }

    private sealed record StepFigures(int Order)
    {
        public Recorder Recorder { get; } = new();
        public Measurement Total { get; } = new();
    }
}
