namespace PointsMall.LoadTests.Bench;

/// <summary>Why a bench can't run or go on, in words for whoever called it.</summary>
public sealed class BenchException : Exception
{
    public BenchException(string message)
        : base(message) { }

    public BenchException(string message, Exception inner)
        : base(message, inner) { }
}
