using NBomber.Contracts;
using PointsMall.LoadTests.Runner.Engine;

namespace NBomber.CSharp;

/// <summary>Measures a part of an iteration apart.</summary>
public static class Step
{
    /// <param name="name">Unique in the scenario. There are few: each has histograms of its own.</param>
    /// <param name="context">The iteration's.</param>
    /// <param name="run">What is measured.</param>
    /// <returns>
    /// The step's answer. A failed one ends the iteration, unless the scenario says otherwise with <c>WithRestartIterationOnFail(false)</c>.
    /// </returns>
    public static Task<Response<T>> Run<T>(
        string name,
        IScenarioContext context,
        Func<Task<Response<T>>> run
    ) =>
        context is Iteration iteration
            ? iteration.RunStep(name, run)
            : throw new ArgumentException("not the context of an iteration", nameof(context));
}
