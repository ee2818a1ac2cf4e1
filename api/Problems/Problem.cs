using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PointsMall.GrainInterfaces;

namespace PointsMall.Api.Problems;

/// <summary>The one way in which the API says no: an RFC 9457 answer with a stable code.</summary>
internal sealed class Problem(ErrorKind kind) : IResult, IStatusCodeHttpResult
{
    public const string ContentType = "application/problem+json";

    public ErrorKind Kind => kind;

    public int? StatusCode => kind.Status;

    /// <summary>What to do, when there is something more exact to say than the kind's remedy.</summary>
    public string? Detail { get; init; }

    /// <summary>Messages by field, in the names of the request.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? FieldErrors { get; init; }

    /// <summary>The facts that a grain's refusal carries.</summary>
    public Refusal? Facts { get; init; }

    /// <summary>The permission that the token lacks.</summary>
    public string? Permission { get; init; }

    /// <summary>Seconds to wait; also sent as Retry-After.</summary>
    public int? RetryAfterSeconds { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = kind.Status;
        response.ContentType = ContentType;
        if (RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        var traceId = Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier;
        Write(response.BodyWriter, traceId);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    /// <summary>The problem as a part of a larger answer.</summary>
    public JsonElement ToElement(string traceId)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, traceId);
        return JsonElement.Parse(output.WrittenSpan);
    }

    private void Write(IBufferWriter<byte> output, string traceId)
    {
        using var json = new Utf8JsonWriter(output, ApiJson.WriterOptions);
        Write(json, traceId);
    }

    private void Write(Utf8JsonWriter json, string traceId)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, kind.Type);
        json.WriteString("title"u8, kind.Title);
        json.WriteNumber("status"u8, kind.Status);
        json.WriteString("detail"u8, Detail ?? kind.Remedy);
        json.WriteString("code"u8, kind.Code);
        json.WriteString("traceId"u8, traceId);
        if (Facts is not null)
        {
            WriteFacts(json, Facts);
        }
        if (Permission is not null)
        {
            json.WriteString("permission"u8, Permission);
        }
        if (RetryAfterSeconds is { } seconds)
        {
            json.WriteNumber("retryAfterSeconds"u8, seconds);
        }
        if (FieldErrors is not null)
        {
            WriteFieldErrors(json, FieldErrors);
        }
        json.WriteEndObject();
    }

    private static void WriteFacts(Utf8JsonWriter json, Refusal facts)
    {
        if (facts.SkuId is { } skuId)
        {
            json.WriteString("skuId"u8, skuId);
        }
        WriteNumber(json, "required"u8, facts.Required);
        WriteNumber(json, "available"u8, facts.Available);
        WriteNumber(json, "limit"u8, facts.Limit);
        WriteNumber(json, "redeemed"u8, facts.Redeemed);
        if (facts.Window is { } window)
        {
            json.WriteString("window"u8, Names.Of(window));
        }
        if (facts.StartsAt is { } startsAt)
        {
            json.WriteString("startsAt"u8, startsAt.UtcDateTime);
        }
        if (facts.ServerTime is { } serverTime)
        {
            json.WriteString("serverTime"u8, serverTime.UtcDateTime);
        }
        if (facts is { StartsAt: { } start, ServerTime: { } now })
        {
            json.WriteNumber("secondsLeft"u8, (long)Math.Ceiling((start - now).TotalSeconds));
        }
        if (facts.Status is { } status)
        {
            json.WriteString("orderStatus"u8, Names.Of(status));
        }
        if (facts.HoldStatus is { } holdStatus)
        {
            json.WriteString("holdStatus"u8, Names.Of(holdStatus));
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteFieldErrors(
        Utf8JsonWriter json,
        IReadOnlyDictionary<string, IReadOnlyList<string>> errors
    )
    {
        json.WriteStartObject("errors"u8);
        foreach (var (field, messages) in errors)
        {
            json.WriteStartArray(field);
            foreach (var message in messages)
            {
                json.WriteStringValue(message);
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
