namespace PointsMall.LoadTests.Runner.Recording;

/// <summary>One answer of an iteration or a step.</summary>
/// <param name="Response">From the scheduled start.</param>
/// <param name="Service">From the actual start.</param>
/// <param name="Late">How much later than scheduled the iteration started.</param>
internal readonly record struct Sample(
    TimeSpan Response,
    TimeSpan Service,
    TimeSpan Late,
    bool IsError,
    string StatusCode,
    string Message,
    long SizeBytes
);
