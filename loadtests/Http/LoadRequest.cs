namespace PointsMall.LoadTests.Http;

/// <summary>A request as the load client sends it. Strings go out in Latin-1 and must not contain CR or LF.</summary>
/// <param name="Method">GET, POST, PATCH.</param>
/// <param name="Path">Path and query, already escaped.</param>
internal readonly record struct LoadRequest(string Method, string Path)
{
    public const string Json = "application/json";
    public const string NdJson = "application/x-ndjson";

    /// <summary>The bearer token; null sends no Authorization header.</summary>
    public string? Token { get; init; }

    /// <summary>The idempotency key; null sends no header.</summary>
    public string? Key { get; init; }

    /// <summary>Sent as it is. The same bytes may be part of many requests at once.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Sent when there is a body.</summary>
    public string ContentType { get; init; } = Json;

    /// <summary>True when the caller reads the answer's body itself: it is then copied into <see cref="LoadAnswer.Body"/>.</summary>
    public bool KeepBody { get; init; }
}
