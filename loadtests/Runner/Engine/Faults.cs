using NBomber.Contracts;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>What an exception of a scenario or step is counted as.</summary>
internal static class Faults
{
    public static Response<T> Of<T>(Exception fault) =>
        new()
        {
            IsError = true,
            StatusCode = IsTimeout(fault) ? AnswerKinds.Timeout : AnswerKinds.UnhandledException,
            Message = IsTimeout(fault)
                ? "operation timeout"
                : $"{fault.GetType().Name}: {fault.Message}",
        };

    public static bool IsTimeout(Exception fault) =>
        fault is OperationCanceledException or TimeoutException;
}

/// <summary>Ends an iteration whose step has failed. Passes through the scenario's code; not for it to catch.</summary>
internal sealed class IterationEndedException(IResponse response)
    : Exception("a step has failed and ends its iteration")
{
    public IResponse Response { get; } = response;
}
