namespace PointsMall.LoadTests.Runner;

/// <summary>A run that can't be started as it is asked for. The message names the field or argument.</summary>
public sealed class RunConfigException : Exception
{
    public RunConfigException() { }

    public RunConfigException(string message)
        : base(message) { }

    public RunConfigException(string message, Exception innerException)
        : base(message, innerException) { }
}
