using System.Buffers;
using System.Text.Json;
using PointsMall.Api.Problems;

namespace PointsMall.Api.Requests;

/// <summary>A request's body: read once, checked strictly, and kept as it was sent for the fingerprint.</summary>
internal sealed class JsonBody<T>
    where T : class
{
    private readonly ReadOnlyMemory<byte> _json;

    private JsonBody(ReadOnlyMemory<byte> json, T value)
    {
        _json = json;
        Value = value;
    }

    public T Value { get; }

    /// <summary>Reads the request's body.</summary>
    /// <exception cref="ProblemException">It is not JSON, has unknown, duplicate or wrongly typed fields, or is too large.</exception>
    public static async Task<JsonBody<T>> Read(HttpContext http)
    {
        var bytes = await RequestBytes.Read(http);
        if (bytes.IsEmpty)
        {
            throw new ProblemException(
                new Problem(Errors.InvalidRequest) { Detail = "The request needs a JSON body." }
            );
        }
        return Parse(bytes);
    }

    /// <summary>Reads a body that may be missing: an empty one counts as an object without fields.</summary>
    public static async Task<JsonBody<T>> ReadOptional(HttpContext http)
    {
        var bytes = await RequestBytes.Read(http);
        return Parse(bytes.IsEmpty ? "{}"u8.ToArray() : bytes);
    }

    public static JsonBody<T> Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            var value = JsonSerializer.Deserialize(json.Span, ApiJson.TypeOf<T>());
            return value is null
                ? throw new ProblemException(
                    new Problem(Errors.InvalidRequest)
                    {
                        Detail = "The body must be a JSON object.",
                    }
                )
                : new JsonBody<T>(json, value);
        }
        catch (JsonException failure)
        {
            throw new ProblemException(JsonFailures.ToProblem(failure));
        }
    }

    /// <summary>The fingerprint of the command that this body asks for.</summary>
    public byte[] Fingerprint(
        string operation,
        ReadOnlySpan<Guid> ids,
        params ReadOnlySpan<string> without
    )
    {
        using var document = JsonDocument.Parse(_json, ApiJson.DocumentOptions);
        return Requests.Fingerprint.Of(operation, ids, document.RootElement, without);
    }

    /// <summary>The names of the fields that were sent, null or not: a PATCH changes these.</summary>
    public IReadOnlySet<string> SentFields()
    {
        using var document = JsonDocument.Parse(_json, ApiJson.DocumentOptions);
        return document
            .RootElement.EnumerateObject()
            .Select(field => field.Name)
            .ToHashSet(StringComparer.Ordinal);
    }
}

/// <summary>The bytes of a request's body.</summary>
internal static class RequestBytes
{
    public static async ValueTask<ReadOnlyMemory<byte>> Read(HttpContext http)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(http.RequestAborted);
            if (result.IsCompleted)
            {
                var bytes = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return bytes;
            }
            // Kestrel ends the loop: it throws as soon as the body passes the endpoint's limit.
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
