using System.Diagnostics;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.Members;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Reads;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.Api.Earning;

/// <summary>What members did, as partners report it: one event, or many at once.</summary>
internal static class EventEndpoints
{
    /// <summary>Members whose events of one call are carried out at the same time. One member's events keep their order.</summary>
    private const int MembersAtOnce = 64;

    private const string ByExternalId = """
        select external_id, member_id
        from mall.member
        where external_id = any(@ids)
        """;

    public static void Map(IEndpointRouteBuilder events) =>
        events
            .MapPost("", Take)
            .RequireAuthorization(Permissions.EventsWrite)
            .WithName("sendEvents")
            .WithSummary("Send events that may earn points")
            .WithDescription(
                "One event as a JSON object, or at most 1,000 and 2 MB as a JSON array or as one JSON object a line (application/x-ndjson). The rules in force when an event happened decide. Each event of a call is carried out or refused alone, and counts once: sending it again changes nothing and is answered the same."
            )
            .TakesOneOrRows<EventRequest>()
            .Refuses(
                Errors.MemberNotFound,
                Errors.EventIdReused,
                Errors.PurchaseOfAnotherMember,
                Errors.IdempotencyKeyReused,
                Errors.TooManyLots
            );

    private static async Task<Results<Ok<EventAnswer>, Ok<EventsAnswer>, Problem>> Take(
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls,
        DatabaseReads reads,
        TimeProvider clock
    )
    {
        var body = await RequestBytes.Read(http);
        var now = clock.GetUtcNow();
        if (IsOne(body, http.Request.ContentType))
        {
            var one = new Row(0, body, now);
            await FindMembers([one], reads, http.RequestAborted);
            await Send(one, CommitLane.Interactive, http, headers, calls);
            if (one.Problem is { } problem)
            {
                return problem;
            }
            http.Response.MarkReplayed(one.Result!);
            return TypedResults.Ok(one.Answer);
        }
        var rows = BulkRows
            .Split(body, http.Request.ContentType)
            .Select((json, index) => new Row(index, json, now))
            .ToArray();
        await FindMembers(rows, reads, http.RequestAborted);
        // Whoever hangs up stops the events that have not begun; those that have are carried out.
        await Parallel.ForEachAsync(
            rows.GroupBy(row => row.MemberId),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = MembersAtOnce,
                CancellationToken = http.RequestAborted,
            },
            async (ofMember, stopped) =>
            {
                foreach (var row in ofMember)
                {
                    stopped.ThrowIfCancellationRequested();
                    await Send(row, CommitLane.Bulk, http, headers, calls);
                }
            }
        );
        return TypedResults.Ok(
            new EventsAnswer
            {
                Succeeded = rows.Count(row => row.Problem is null),
                Refused = rows.Count(row => row.Problem is not null),
                Rows = [.. rows.Select(row => row.ToAnswer())],
            }
        );
    }

    private static bool IsOne(ReadOnlyMemory<byte> body, string? contentType) =>
        contentType?.StartsWith(EndpointDescriptions.NdJson, StringComparison.OrdinalIgnoreCase)
            != true
        && body.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    private static async Task FindMembers(
        IEnumerable<Row> rows,
        DatabaseReads reads,
        CancellationToken cancelled
    )
    {
        var byId = rows.Where(row => row.ExternalMemberId is not null)
            .ToLookup(row => row.ExternalMemberId!, StringComparer.Ordinal);
        if (byId.Count == 0)
        {
            return;
        }
        var ids = byId.Select(of => of.Key).ToArray();
        var found = await reads.Current(
            connection =>
                connection.QueryAsync<(string ExternalId, Guid MemberId)>(
                    new CommandDefinition(ByExternalId, new { ids }, cancellationToken: cancelled)
                ),
            cancelled
        );
        foreach (var (externalId, memberId) in found)
        {
            foreach (var row in byId[externalId])
            {
                row.MemberId = memberId;
            }
        }
    }

    private static async Task Send(
        Row row,
        CommitLane lane,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        if (row.Problem is not null)
        {
            return;
        }
        if (row.MemberId is not { } memberId)
        {
            row.Problem = new Problem(Errors.MemberNotFound);
            return;
        }
        var header = headers.OfRow(http, row.Key, row.Fingerprint(memberId)) with { Lane = lane };
        var outcome = await calls.Send(
            header,
            (grains, attempt) =>
                grains
                    .GetMember(memberId)
                    .Earn(new EarnCommand { Header = attempt, Event = row.Event! })
        );
        if (outcome.Succeeded(out var result, out var problem))
        {
            row.Result = result;
        }
        else
        {
            row.Problem = problem;
        }
    }

    /// <summary>One event of a call, from its JSON to its answer.</summary>
    private sealed class Row
    {
        private readonly int _index;
        private readonly JsonBody<EventRequest>? _body;

        public Row(int index, ReadOnlyMemory<byte> json, DateTimeOffset now)
        {
            _index = index;
            try
            {
                _body = JsonBody<EventRequest>.Parse(json);
                Event = _body.Value.Checked(now);
                MemberId = _body.Value.MemberId;
            }
            catch (ProblemException edge)
            {
                Problem = edge.Problem;
            }
        }

        public EarningEvent? Event { get; }
        public Guid? MemberId { get; set; }
        public string? ExternalMemberId => Event is null ? null : _body!.Value.ExternalMemberId;
        public EarnResult? Result { get; set; }
        public Problem? Problem { get; set; }

        /// <summary>Apart from the keys of the partner's other commands.</summary>
        public string Key => $"event:{Event!.EventId}";

        public EventAnswer Answer => EventAnswer.Of(Event!.EventId, MemberId!.Value, Result!);

        /// <summary>Whoever is named by either id is the same member.</summary>
        public byte[] Fingerprint(Guid memberId) =>
            _body!.Fingerprint(EventRequest.Operation, [memberId], "memberId", "externalMemberId");

        public EventRowAnswer ToAnswer() =>
            new()
            {
                Row = _index,
                EventId = _body?.Value.EventId,
                Status = Problem?.Kind.Status ?? StatusCodes.Status200OK,
                Replayed = Result?.Replayed == true,
                Event = Result is null ? null : Answer,
                Error = Problem?.ToElement(Activity.Current?.TraceId.ToHexString() ?? ""),
            };
    }
}
