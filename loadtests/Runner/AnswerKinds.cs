namespace PointsMall.LoadTests.Runner;

/// <summary>What a status code of a step says. Scenarios give an HTTP status for a win and a problem's code for a refusal.</summary>
public static class AnswerKinds
{
    /// <summary>The step did not answer in time.</summary>
    public const string Timeout = "-100";

    /// <summary>The step threw.</summary>
    public const string UnhandledException = "-101";

    /// <summary>True for an answer that did what was asked: no code, or a 2xx. Any other code of an ok answer is a refusal.</summary>
    public static bool IsWin(string statusCode)
    {
        ArgumentNullException.ThrowIfNull(statusCode);
        return statusCode.Length == 0 || statusCode is ['2', _, _];
    }
}
