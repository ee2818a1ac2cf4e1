using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Members;

/// <summary>Grants by the thousand: each row is a command of its own, with its own key and its own answer.</summary>
internal static class BulkGrantEndpoint
{
    /// <summary>Fewer than a member's grain lets wait, as all rows may be one member's.</summary>
    private const int RowsAtOnce = 16;

    public static void Map(IEndpointRouteBuilder points) =>
        points
            .MapPost("/grants/bulk", Grant)
            .RequireAuthorization(Permissions.PointsGrant)
            .WithName("grantPointsInBulk")
            .WithSummary("Grant points to many members")
            .WithDescription(
                "At most 1,000 rows and 2 MB, as a JSON array or as one JSON object a line (application/x-ndjson). Each row is carried out or refused alone, and has an idempotency key of its own: sending the same rows again grants nothing twice."
            )
            .TakesRows<BulkGrantRequest>();

    private static async Task<Ok<BulkAnswer>> Grant(
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var rows = BulkRows.Split(await RequestBytes.Read(http), http.Request.ContentType);
        var answers = new BulkRowAnswer[rows.Count];
        // Whoever hangs up stops the rows that have not begun; those that have are carried out.
        await Parallel.ForAsync(
            0,
            rows.Count,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = RowsAtOnce,
                CancellationToken = http.RequestAborted,
            },
            async (index, _) =>
                answers[index] = await GrantRow(index, rows[index], http, headers, calls)
        );
        return TypedResults.Ok(
            new BulkAnswer
            {
                Succeeded = answers.Count(answer => answer.Error is null),
                Refused = answers.Count(answer => answer.Error is not null),
                Rows = answers,
            }
        );
    }

    private static async ValueTask<BulkRowAnswer> GrantRow(
        int index,
        ReadOnlyMemory<byte> json,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        string? key = null;
        try
        {
            var body = JsonBody<BulkGrantRequest>.Parse(json);
            key = body.Value.Key;
            var (memberId, grant) = body.Value.CheckedRow();
            var header = headers.OfRow(
                http,
                key!,
                body.Fingerprint(GrantRequest.Operation, [memberId], "key", "memberId")
            );
            var outcome = await calls.Send(
                header,
                (grains, attempt) => grains.GetMember(memberId).Grant(grant.ToCommand(attempt))
            );
            return outcome.Succeeded(out var result, out var problem)
                ? Done(index, key!, memberId, result)
                : Refused(index, key, problem);
        }
        catch (ProblemException edge)
        {
            return Refused(index, key, edge.Problem);
        }
    }

    private static BulkRowAnswer Done(int index, string key, Guid memberId, EntryResult result) =>
        new()
        {
            Row = index,
            Key = key,
            Status = StatusCodes.Status201Created,
            Replayed = result.Replayed,
            Entry = EntryAnswer.Of(memberId, result.Entry!),
            Error = null,
        };

    private static BulkRowAnswer Refused(int index, string? key, Problem problem) =>
        new()
        {
            Row = index,
            Key = key,
            Status = problem.Kind.Status,
            Replayed = false,
            Entry = null,
            Error = problem.ToElement(Activity.Current?.TraceId.ToHexString() ?? ""),
        };
}

/// <summary>Cuts a bulk body into the JSON of its rows.</summary>
internal static class BulkRows
{
    /// <exception cref="ProblemException">It is no array, has no rows or too many.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(
        ReadOnlyMemory<byte> body,
        string? contentType
    )
    {
        var lines =
            contentType?.StartsWith(EndpointDescriptions.NdJson, StringComparison.OrdinalIgnoreCase)
            == true;
        var rows = lines ? SplitLines(body) : SplitArray(body);
        return rows.Count is 0 or > Limits.BulkRows
            ? throw new ProblemException(
                new Problem(Errors.InvalidRequest)
                {
                    Detail = $"Send 1 to {Limits.BulkRows} rows; there are {rows.Count}.",
                }
            )
            : rows;
    }

    private static List<ReadOnlyMemory<byte>> SplitLines(ReadOnlyMemory<byte> body)
    {
        List<ReadOnlyMemory<byte>> rows = [];
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span.ContainsAnyExcept(" \t\r"u8))
            {
                rows.Add(line);
            }
        }
        return rows;
    }

    private static List<ReadOnlyMemory<byte>> SplitArray(ReadOnlyMemory<byte> body)
    {
        List<ReadOnlyMemory<byte>> rows = [];
        try
        {
            var reader = new Utf8JsonReader(
                body.Span,
                new JsonReaderOptions { MaxDepth = Limits.JsonDepth }
            );
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException();
            }
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                rows.Add(body[start..(int)reader.BytesConsumed]);
            }
            if (reader.Read())
            {
                throw new JsonException();
            }
        }
        catch (JsonException)
        {
            throw new ProblemException(
                new Problem(Errors.InvalidRequest) { Detail = "The body must be a JSON array." }
            );
        }
        return rows;
    }
}

[Description("A row of a bulk grant.")]
internal sealed record BulkGrantRequest : GrantRequest
{
    [Description(
        "The row's idempotency key, 1 to 255 printable ASCII characters. The same as an Idempotency-Key of a single grant."
    )]
    [Required, MaxLength(Limits.IdempotencyKey)]
    public string? Key { get; init; }

    [Description("Who gets the points.")]
    [Required]
    public Guid? MemberId { get; init; }

    /// <exception cref="ProblemException">A field is wrong.</exception>
    public (Guid MemberId, GrantRequest Grant) CheckedRow()
    {
        var errors = new FieldErrors();
        if (Key is null || !CommandHeaders.IsKey(Key))
        {
            errors.Add("key", "must be 1 to 255 printable ASCII characters");
        }
        if (MemberId is null || MemberId == Guid.Empty)
        {
            errors.Add("memberId", "must be the UUID of a member");
        }
        return (MemberId ?? Guid.Empty, Checked(errors));
    }
}

[Description("What became of each row.")]
internal sealed record BulkAnswer
{
    [Description("Rows that were carried out, now or by an earlier call.")]
    public required int Succeeded { get; init; }

    [Description("Rows that were not.")]
    public required int Refused { get; init; }

    [Description("The rows in the order sent.")]
    public required IReadOnlyList<BulkRowAnswer> Rows { get; init; }
}

[Description("What became of one row.")]
internal sealed record BulkRowAnswer
{
    [Description("The row's place in the body, from 0.")]
    public required int Row { get; init; }

    [Description("The row's key; null when it could not be read.")]
    public required string? Key { get; init; }

    [Description("The HTTP status that a single call would have had.")]
    public required int Status { get; init; }

    [Description("An earlier command with this key did the work.")]
    public required bool Replayed { get; init; }

    [Description("The entry that was written; null for a refused row.")]
    public required EntryAnswer? Entry { get; init; }

    [Description(
        "Why the row was refused, as a problem of a single call; null for a row that was carried out."
    )]
    public required JsonElement? Error { get; init; }
}
