using Dapper;
using PointsMall.Api.Ledger;
using PointsMall.Api.Reads;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Members;

/// <summary>Reads ledgers, newest entry first.</summary>
internal sealed class LedgerQueries(DatabaseReads reads)
{
    private const char ListId = 'l';

    private const string SelectEntries = """
        select e.sequence, e.type, e.points, e.balance_after, e.lots::text as lots,
               e.cause_kind, e.cause_id, e.occurred_at, nullif(t.reason, '') as reason
        from mall.ledger_entry e
        left join mall.ledger_text t on t.member_id = e.member_id and t.sequence = e.sequence
        where e.member_id = @memberId
        and (@before::bigint is null or e.sequence < @before)
        and (@type::text is null or e.type = @type)
        and (@from::timestamptz is null or e.occurred_at >= @from)
        and (@to::timestamptz is null or e.occurred_at < @to)
        order by e.sequence desc
        limit @rows
        """;

    /// <summary>A page of the member's ledger, or null for an unknown member.</summary>
    public async Task<Page<EntryAnswer>?> Read(
        Guid memberId,
        Query query,
        CancellationToken cancelled
    )
    {
        var limit = query.Limit();
        var type = query.OneOf("type", Names.EntryTypes);
        var from = query.Instant("from")?.UtcDateTime;
        var to = query.Instant("to")?.UtcDateTime;
        var cursor = Cursor.Decode(query.Text("cursor", Cursor.MaxCharacters), ListId);
        query.ThrowIfWrong();

        var parameters = new
        {
            memberId,
            before = cursor?.Number,
            type,
            from,
            to,
            rows = limit + 1,
        };
        var select = new CommandDefinition(SelectEntries, parameters, cancellationToken: cancelled);
        var rows = await reads.Current(
            connection => MemberQueries.Rows<EntryRow>(connection, select, memberId),
            cancelled
        );
        return rows is null
            ? null
            : Page<EntryAnswer>.Of(
                rows,
                limit,
                row => row.ToAnswer(memberId),
                row => new Cursor(ListId, memberId, row.Sequence)
            );
    }
}
