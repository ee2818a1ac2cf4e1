using System.Text.Json;
using Dapper;
using Npgsql;
using PointsMall.Api.Ledger.Explanations;
using PointsMall.Api.Members;
using PointsMall.Api.Orders;
using PointsMall.Api.Requests;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Ledger;

/// <summary>Reads one entry with all that explains it.</summary>
internal sealed class EntryQueries(NpgsqlDataSource database, OrderQueries orders)
{
    private const string SelectHead = """
        select sequence from mall.member_account where member_id = @memberId
        """;

    private const string SelectEntry = """
        select e.sequence, e.type, e.account, e.points, e.contra, e.balance_after, e.lots::text as lots, e.cause_kind, e.cause_id,
               e.actor, e.text_hash, e.occurred_at, e.previous_hash, e.hash, nullif(t.reason, '') as reason,
               c.commit_id, c.version, c.principal, c.key, c.operation
        from mall.ledger_entry e
        left join mall.ledger_text t on t.member_id = e.member_id and t.sequence = e.sequence
        left join mall.command c
            on c.member_id = e.member_id and c.first_sequence <= e.sequence and c.last_sequence >= e.sequence
        where e.member_id = @memberId
        and e.sequence = @sequence
        """;

    private const string SelectSpentLots = """
        select lots::text
        from mall.ledger_entry
        where member_id = @memberId
        and sequence < @sequence
        and type = 'redemption'
        and cause_kind = 'order'
        and cause_id = @orderId
        """;

    private const string SelectHold = """
        select reason, expires_at
        from mall.hold
        where member_id = @memberId
        and hold_id = @holdId
        """;

    private const string SelectEvent = """
        select partner, event_id, type, occurred_at, rulebook_version,
               coalesce(event->'purchase'->>'orderId', event->>'orderId') as order_id, outcome::text as outcome
        from mall.earning_event
        where member_id = @memberId
        and commit_id = @commitId
        """;

    /// <summary>The member's entry, or null.</summary>
    public async Task<ReadEntry?> Find(Guid memberId, Guid entryId, CancellationToken cancelled)
    {
        await using var connection = await database.OpenConnectionAsync(cancelled);
        var head = await connection.ExecuteScalarAsync<long?>(
            new CommandDefinition(SelectHead, new { memberId }, cancellationToken: cancelled)
        );
        if (head is null || SequenceOf(memberId, entryId, head.Value) is not { } sequence)
        {
            return null;
        }
        var row = await connection.QuerySingleOrDefaultAsync<EntryRow>(
            new CommandDefinition(
                SelectEntry,
                new { memberId, sequence },
                cancellationToken: cancelled
            )
        );
        if (row is null)
        {
            return null;
        }
        return new ReadEntry(row, await Facts(connection, memberId, row, cancelled));
    }

    private async Task<EntryFacts> Facts(
        NpgsqlConnection connection,
        Guid memberId,
        EntryRow row,
        CancellationToken cancelled
    )
    {
        var (order, spent, hold) = (default(OrderAnswer), default(string), default(HoldRow));
        var sent = default(EventRow);
        switch (row.CauseKind)
        {
            case "order":
                order = await orders.Find(memberId, row.CauseId, cancelled);
                spent = await connection.ExecuteScalarAsync<string?>(
                    new CommandDefinition(
                        SelectSpentLots,
                        new
                        {
                            memberId,
                            row.Sequence,
                            orderId = row.CauseId,
                        },
                        cancellationToken: cancelled
                    )
                );
                break;
            case "hold":
                hold = await connection.QuerySingleOrDefaultAsync<HoldRow>(
                    new CommandDefinition(
                        SelectHold,
                        new { memberId, holdId = row.CauseId },
                        cancellationToken: cancelled
                    )
                );
                break;
            case "event":
                sent = await connection.QuerySingleOrDefaultAsync<EventRow>(
                    new CommandDefinition(
                        SelectEvent,
                        new { memberId, commitId = row.CauseId },
                        cancellationToken: cancelled
                    )
                );
                break;
        }
        return new EntryFacts(
            row.ToAnswer(memberId),
            row.Account,
            row.Contra,
            order,
            [.. LotsOf(spent ?? "[]").Select(lot => EntryLotAnswer.Of(memberId, lot))],
            hold is null ? null : new HoldFacts(hold.Reason, hold.ExpiresAt.ToInstant()),
            sent?.ToFacts(row.Sequence)
        );
    }

    /// <summary>
    /// An id is a hash of the entry's number, so the numbers are tried, newest first: some five million a second, of a ledger that seldom has a
    /// thousand.
    /// </summary>
    private static long? SequenceOf(Guid memberId, Guid entryId, long head)
    {
        for (var sequence = head; sequence > 0; sequence--)
        {
            if (DerivedId.OfEntry(memberId, sequence) == entryId)
            {
                return sequence;
            }
        }
        return null;
    }

    private sealed class HoldRow
    {
        public string Reason { get; init; } = "";
        public DateTime ExpiresAt { get; init; }
    }

    private sealed class EventRow
    {
        public string Partner { get; init; } = "";
        public string EventId { get; init; } = "";
        public string Type { get; init; } = "";
        public DateTime OccurredAt { get; init; }
        public long RulebookVersion { get; init; }
        public string? OrderId { get; init; }
        public string Outcome { get; init; } = "{}";

        /// <summary>The outcome holds each award with the sequence of its entry; entries that take points back are in no award.</summary>
        public EventFacts ToFacts(long sequence)
        {
            using var outcome = JsonDocument.Parse(Outcome);
            var awards = outcome.RootElement.TryGetProperty("awards", out var all)
                ? all.EnumerateArray()
                : default;
            var award = awards.FirstOrDefault(of =>
                of.GetProperty("sequence").GetInt64() == sequence
            );
            var found = award.ValueKind == JsonValueKind.Object;
            return new EventFacts(
                Partner,
                EventId,
                Type,
                OccurredAt.ToInstant(),
                OrderId,
                RulebookVersion,
                found ? award.GetProperty("ruleId").GetString() : null,
                found
                    ?
                    [
                        .. award
                            .GetProperty("steps")
                            .EnumerateArray()
                            .Select(step => new StepFacts(
                                JsonNamingPolicy.SnakeCaseLower.ConvertName(
                                    step.GetProperty("kind").GetString()!
                                ),
                                step.GetProperty("name").GetString()!,
                                step.GetProperty("value").GetString()!
                            )),
                    ]
                    : []
            );
        }
    }

    /// <summary>The column holds [[number, points, expiry in microseconds since 1970 or null], ...].</summary>
    internal static IEnumerable<EntryLot> LotsOf(string json)
    {
        using var lots = JsonDocument.Parse(json);
        foreach (var lot in lots.RootElement.EnumerateArray())
        {
            var expiry = lot[2];
            yield return new EntryLot(
                lot[0].GetInt64(),
                lot[1].GetInt64(),
                expiry.ValueKind == JsonValueKind.Null
                    ? null
                    : DateTimeOffset.UnixEpoch.AddMicroseconds(expiry.GetInt64())
            );
        }
    }
}

/// <summary>An entry as its row stands, and what explains it.</summary>
internal sealed record ReadEntry(EntryRow Row, EntryFacts Facts);

/// <summary>A row of <c>ledger_entry</c> with its text and its command.</summary>
internal sealed class EntryRow
{
    public long Sequence { get; init; }
    public string Type { get; init; } = "";
    public string Account { get; init; } = "";
    public long Points { get; init; }
    public string Contra { get; init; } = "";
    public long BalanceAfter { get; init; }
    public string Lots { get; init; } = "[]";
    public string CauseKind { get; init; } = "";
    public Guid CauseId { get; init; }
    public string Actor { get; init; } = "";
    public byte[]? TextHash { get; init; }
    public DateTime OccurredAt { get; init; }
    public byte[] PreviousHash { get; init; } = [];
    public byte[] Hash { get; init; } = [];
    public string? Reason { get; init; }
    public Guid? CommitId { get; init; }
    public long? Version { get; init; }
    public string? Principal { get; init; }
    public string? Key { get; init; }
    public string? Operation { get; init; }

    public EntryAnswer ToAnswer(Guid memberId) =>
        new()
        {
            EntryId = DerivedId.OfEntry(memberId, Sequence),
            Sequence = Sequence,
            Type = Type,
            Points = Points,
            BalanceAfter = BalanceAfter,
            OccurredAt = OccurredAt.ToInstant(),
            Reason = Reason,
            Cause = new CauseAnswer { Kind = CauseKind, Id = CauseId },
            Lots = [.. EntryQueries.LotsOf(Lots).Select(lot => EntryLotAnswer.Of(memberId, lot))],
        };
}
