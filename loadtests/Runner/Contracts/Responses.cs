namespace NBomber.Contracts;

/// <summary>What a scenario or step answers.</summary>
public interface IResponse
{
    /// <summary>An HTTP status for a win, a problem's code for a refusal, empty for none.</summary>
    string StatusCode { get; }
    bool IsError { get; }
    long SizeBytes { get; }
    string Message { get; }

    /// <summary>Replaces the measured time when above 0; in milliseconds.</summary>
    double CustomLatencyMs { get; }
}

/// <summary>A response with what it brought.</summary>
public sealed class Response<T> : IResponse
{
    public string StatusCode { get; init; } = "";
    public bool IsError { get; init; }
    public long SizeBytes { get; init; }
    public string Message { get; init; } = "";
    public double CustomLatencyMs { get; init; }

    /// <summary>Null when the response was made without one.</summary>
    public Payload<T>? Payload { get; init; }
}

/// <summary>Read as <c>response.Payload.Value</c>, as with NBomber.</summary>
public sealed class Payload<T>(T value)
{
    public T Value { get; } = value;
}
