using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using Npgsql;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Ledger;

/// <summary>Streams a member's ledger with all that is hashed. Page by page: however slow the reader, no connection waits for it.</summary>
internal sealed class ProofQueries(NpgsqlDataSource database)
{
    private const int PageSize = 500;
    private static readonly byte[] NewLine = [(byte)'\n'];

    private const string SelectEntries = """
        select e.sequence, e.type, e.account, e.points, e.contra, e.balance_after, e.lots::text as lots, e.cause_kind, e.cause_id,
               e.actor, e.text_hash, e.occurred_at, e.previous_hash, e.hash, t.salt, t.actor_name, t.reason
        from mall.ledger_entry e
        left join mall.own_text t on t.member_id = e.member_id and t.sequence = e.sequence
        where e.member_id = @memberId
        and e.sequence > @after
        and e.sequence <= @upTo
        order by e.sequence
        limit @rows
        """;

    /// <summary>Writes a proof as lines of JSON.</summary>
    public async Task Write(
        ProofHead head,
        ProofCheckpoint? checkpoint,
        Stream body,
        CancellationToken cancelled
    )
    {
        await Line(body, head, cancelled);
        // Entries up to the head never change, so the pages need no common snapshot. Where rows are missing the reader will find the gap.
        var after = 0L;
        while (await Page(head, after, cancelled) is [.., var last] page)
        {
            foreach (var row in page)
            {
                await Line(body, row.ToLine(), cancelled);
            }
            await body.FlushAsync(cancelled);
            after = last.Sequence;
        }
        if (checkpoint is not null)
        {
            await Line(body, checkpoint, cancelled);
        }
        await Line(body, new ProofEnd(), cancelled);
    }

    private async Task<List<ProofRow>> Page(ProofHead head, long after, CancellationToken cancelled)
    {
        await using var connection = await database.OpenConnectionAsync(cancelled);
        var parameters = new
        {
            memberId = head.MemberId,
            after,
            upTo = head.Entries,
            rows = PageSize,
        };
        return (
            await connection.QueryAsync<ProofRow>(
                new CommandDefinition(SelectEntries, parameters, cancellationToken: cancelled)
            )
        ).AsList();
    }

    private static async Task Line<T>(Stream body, T line, CancellationToken cancelled)
    {
        JsonTypeInfo<T> type = ApiJson.TypeOf<T>();
        await JsonSerializer.SerializeAsync(body, line, type, cancelled);
        await body.WriteAsync(NewLine, cancelled);
    }

    private sealed class ProofRow
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
        public byte[]? Salt { get; init; }
        public string? ActorName { get; init; }
        public string? Reason { get; init; }

        public ProofEntry ToLine() =>
            new()
            {
                Sequence = Sequence,
                Type = Type,
                Account = Account,
                Points = Points,
                Contra = Contra,
                BalanceAfter = BalanceAfter,
                Lots =
                [
                    .. EntryQueries
                        .LotsOf(Lots)
                        .Select(lot => new ProofLot(lot.Number, lot.Points, lot.ExpiresAt)),
                ],
                CauseKind = CauseKind,
                CauseId = CauseId,
                Actor = Actor,
                TextHash = TextHash is null ? null : Convert.ToHexStringLower(TextHash),
                OccurredAt = OccurredAt.ToInstant(),
                PreviousHash = Convert.ToHexStringLower(PreviousHash),
                Hash = Convert.ToHexStringLower(Hash),
                Text = Salt is null
                    ? null
                    : new ProofText(Convert.ToHexStringLower(Salt), ActorName!, Reason!),
            };
    }
}
