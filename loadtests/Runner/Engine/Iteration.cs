using NBomber.Contracts;
using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Runner.Recording;
using Serilog;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>
/// A copy of a scenario: what its code sees, and what runs and measures it. A copy of a closed model runs one iteration after the other; one of an open
/// model runs a single iteration and goes back to be used again.
/// </summary>
internal sealed class Iteration(ScenarioRun run, int number) : IScenarioContext, IThreadPoolWorkItem
{
    /// <summary>An iteration that never waits would keep its thread from the others.</summary>
    private const int MostWithoutYield = 256;

    private TimeSpan _late;
    private IResponse? _failedStep;

    public int Number { get; } = number;
    public TimeSpan ScheduledAt { get; set; }
    public TimeSpan EndedAt { get; private set; }
    public TestInfo TestInfo => run.Session.TestInfo;
    public NodeInfo NodeInfo => run.Session.NodeInfo(run.Operation);
    public ILogger Logger => run.Session.Logger;
    public ScenarioInfo ScenarioInfo { get; } = run.Info(number);
    public long InvocationNumber { get; private set; }
    public Dictionary<string, object> Data { get; } = [];
    public Dictionary<string, object> ScenarioInstanceData { get; } = [];
    public CancellationToken ScenarioCancellationToken => run.GivenUp;
    public Random Random { get; } = new();

    public void StopScenario(string scenarioName, string reason) =>
        run.Session.StopScenario(scenarioName, reason);

    public void StopCurrentTest(string reason) => run.Session.StopTest(reason);

    public TimeSpan GetScenarioTimerTime() => run.Elapsed;

    void IThreadPoolWorkItem.Execute() => _ = run.IsClosed ? RunMany() : RunOnce();

    private async Task RunOnce()
    {
        await Invoke(ScheduledAt);
        run.Ended(this);
    }

    private async Task RunMany()
    {
        // An iteration of a copy is due when the one before it has ended: a caller that does not wait.
        var due = ScheduledAt;
        var withoutYield = 0;
        while (run.Continues(this))
        {
            var invocation = Invoke(due);
            withoutYield = invocation.IsCompleted ? withoutYield + 1 : 0;
            await invocation;
            due = EndedAt;
            if (withoutYield == MostWithoutYield)
            {
                withoutYield = 0;
                await Task.Yield();
            }
        }
    }

    private async ValueTask Invoke(TimeSpan due)
    {
        var startedAt = run.Clock.Now;
        _late = startedAt > due ? startedAt - due : TimeSpan.Zero;
        _failedStep = null;
        InvocationNumber++;
        if (Data.Count > 0)
        {
            Data.Clear();
        }
        IResponse response;
        try
        {
            response =
                await run.Props.Run!(this)
                ?? throw new InvalidOperationException("the scenario returned no response");
        }
        catch (IterationEndedException ended)
        {
            response = ended.Response;
        }
        catch (Exception fault)
        {
            run.Log(fault, "");
            response = Faults.Of<object>(fault);
        }
        EndedAt = run.Clock.Now;
        if (run.Props.RestartIterationOnFail && _failedStep is not null)
        {
            response = _failedStep;
        }
        var sample = SampleOf(response, startedAt, EndedAt) with { Late = _late };
        run.Record(sample, explainedByStep: _failedStep is not null);
    }

    public async Task<Response<T>> RunStep<T>(string name, Func<Task<Response<T>>> step)
    {
        var recorder = run.Figures.Step(name);
        var startedAt = run.Clock.Now;
        Response<T> response;
        try
        {
            response = await step();
        }
        catch (Exception fault) when (fault is not IterationEndedException)
        {
            run.Log(fault, name);
            response = Faults.Of<T>(fault);
        }
        recorder.Record(SampleOf(response, startedAt, run.Clock.Now));
        if (!response.IsError)
        {
            return response;
        }
        _failedStep = response;
        run.CountFail();
        return run.Props.RestartIterationOnFail
            ? throw new IterationEndedException(response)
            : response;
    }

    /// <summary>Had the iteration begun in time, each of its steps would have begun so much earlier: the lateness is in every response time.</summary>
    private Sample SampleOf(IResponse response, TimeSpan startedAt, TimeSpan endedAt)
    {
        var service =
            response.CustomLatencyMs > 0
                ? TimeSpan.FromMilliseconds(response.CustomLatencyMs)
                : endedAt - startedAt;
        return new(
            service + _late,
            service,
            Late: TimeSpan.Zero,
            response.IsError,
            response.StatusCode,
            response.Message,
            response.SizeBytes
        );
    }
}
