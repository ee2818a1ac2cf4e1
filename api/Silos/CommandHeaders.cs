using PointsMall.Api.Authentication;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.GrainInterfaces;

namespace PointsMall.Api.Silos;

/// <summary>Makes the header of a command: who acts, under which key, with which fingerprint.</summary>
internal sealed class CommandHeaders(TimeProvider clock)
{
    public const string KeyHeader = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>The header of a command whose body has been read.</summary>
    /// <exception cref="ProblemException">The key is missing where one is needed, or malformed.</exception>
    public CommandHeader Of<T>(
        HttpContext http,
        JsonBody<T> body,
        string operation,
        params ReadOnlySpan<Guid> ids
    )
        where T : class
    {
        var key = KeyOf(http);
        return Of(http, key, key is null ? [] : body.Fingerprint(operation, ids));
    }

    /// <summary>The header of one row of a bulk call.</summary>
    public CommandHeader OfRow(HttpContext http, string key, byte[] fingerprint) =>
        Of(http, key, fingerprint) with
        {
            Lane = CommitLane.Bulk,
        };

    public static bool IsKey(string key) =>
        key.Length is >= 1 and <= Limits.IdempotencyKey
        && key.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0;

    private CommandHeader Of(HttpContext http, string? key, byte[] fingerprint) =>
        new()
        {
            CommandId = Guid.CreateVersion7(clock.GetUtcNow()),
            Principal = http.User.Principal(),
            Key = key,
            Fingerprint = fingerprint,
            Deadline = default, // each attempt gets its own
            Actor = http.User.Actor(),
        };

    private static string? KeyOf(HttpContext http)
    {
        var values = http.Request.Headers[KeyHeader];
        if (values.Count == 1 && values[0] is { } key && IsKey(key))
        {
            return key;
        }
        if (values.Count > 0 && values[0] is { Length: > 0 })
        {
            throw ProblemException.Invalid(
                KeyHeader,
                "must be sent once, as 1 to 255 printable ASCII characters"
            );
        }
        return http.GetEndpoint()?.Metadata.GetMetadata<KeyRequired>() is null
            ? null
            : throw new ProblemException(new Problem(Errors.IdempotencyKeyMissing));
    }
}

/// <summary>Marks an endpoint that moves points or stock: without an idempotency key it does nothing.</summary>
internal sealed class KeyRequired;

internal static class ReplayMark
{
    /// <summary>Says when the answer is an earlier command's.</summary>
    public static void MarkReplayed(this HttpResponse response, ICommandResult result)
    {
        if (result.Replayed)
        {
            response.Headers[CommandHeaders.ReplayedHeader] = "true";
        }
    }
}
