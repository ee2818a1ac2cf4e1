namespace PointsMall.LoadTests.Http;

/// <summary>Why a request has no answer.</summary>
internal enum LoadFailure
{
    None,

    /// <summary>No connection could be made; the request was not sent.</summary>
    NotConnected,

    /// <summary>The connection ended before a whole answer was there; the request may have been carried out.</summary>
    ConnectionLost,

    /// <summary>Nothing came in time; the request may have been carried out.</summary>
    TimedOut,

    /// <summary>What came is no HTTP/1.1 answer, or no JSON where JSON was announced.</summary>
    BadAnswer,
}

/// <summary>What became of a request. Without a failure it has a status.</summary>
internal readonly record struct LoadAnswer
{
    public LoadFailure Failure { get; init; }

    /// <summary>What went wrong, in words; empty when nothing did.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The HTTP status; 0 when there is no answer.</summary>
    public int Status { get; init; }

    /// <summary>True when the server marked the answer as an earlier one's.</summary>
    public bool Replayed { get; init; }

    /// <summary>Seconds to wait; null when the server did not say.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>A problem's code; null when the answer is none.</summary>
    public string? Code { get; init; }

    /// <summary>The order in an answer that has one.</summary>
    public Guid? OrderId { get; init; }

    /// <summary>Bytes of the answer, head and body, as they came.</summary>
    public int Bytes { get; init; }

    /// <summary>The body, when the request asked to keep it.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public bool IsSuccess => Status is >= 200 and < 300;

    public LoadAnswer() { }

    public static LoadAnswer Failed(LoadFailure failure, string detail) =>
        new() { Failure = failure, Detail = detail };
}
