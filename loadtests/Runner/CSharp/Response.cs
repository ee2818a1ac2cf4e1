using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>Makes the answer of a scenario or a step.</summary>
public static class Response
{
    private static readonly Response<object> PlainOk = new();

    /// <summary>An answer that did what was asked. One object for all: a load run makes millions.</summary>
    public static Response<object> Ok() => PlainOk;

    /// <param name="statusCode">Empty or 2xx for a win; anything else is counted as a refusal.</param>
    /// <param name="sizeBytes">Bytes sent and received.</param>
    /// <param name="message">Shown once beside the status code.</param>
    /// <param name="customLatencyMs">Replaces the measured time when above 0.</param>
    public static Response<object> Ok(
        string statusCode = "",
        long sizeBytes = 0,
        string message = "",
        double customLatencyMs = 0
    ) => Make<object>(isError: false, statusCode, sizeBytes, message, customLatencyMs, null);

    /// <inheritdoc cref="Ok(string, long, string, double)"/>
    public static Response<T> Ok<T>(
        T payload,
        string statusCode = "",
        long sizeBytes = 0,
        string message = "",
        double customLatencyMs = 0
    ) =>
        Make(
            isError: false,
            statusCode,
            sizeBytes,
            message,
            customLatencyMs,
            new Payload<T>(payload)
        );

    /// <summary>An answer that is a fault: 5xx, a wrong body, a lost connection. A refusal is ok.</summary>
    public static Response<object> Fail(
        string statusCode = "",
        string message = "",
        long sizeBytes = 0,
        double customLatencyMs = 0
    ) => Make<object>(isError: true, statusCode, sizeBytes, message, customLatencyMs, null);

    /// <inheritdoc cref="Fail(string, string, long, double)"/>
    public static Response<T> Fail<T>(
        string statusCode = "",
        string message = "",
        long sizeBytes = 0,
        double customLatencyMs = 0
    ) => Make<T>(isError: true, statusCode, sizeBytes, message, customLatencyMs, null);

    private static Response<T> Make<T>(
        bool isError,
        string statusCode,
        long sizeBytes,
        string message,
        double customLatencyMs,
        Payload<T>? payload
    ) =>
        new()
        {
            IsError = isError,
            StatusCode = statusCode,
            SizeBytes = sizeBytes,
            Message = message,
            CustomLatencyMs = customLatencyMs,
            Payload = payload,
        };
}
