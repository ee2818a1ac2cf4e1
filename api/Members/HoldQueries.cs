using Dapper;
using PointsMall.Api.Reads;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Members;

/// <summary>Reads members' holds, newest first. One whose time has run out counts as expired, whether or not that is written yet.</summary>
internal sealed class HoldQueries(DatabaseReads reads)
{
    private const char ListId = 'h';

    private const string SelectPage = """
        select
            h.hold_id, s.status, h.points, h.captured, h.reason, h.placed_at, h.expires_at, h.closed_at
        from mall.hold h
        cross join lateral (
            select case when h.status = 'open' and h.expires_at <= now() then 'expired' else h.status end as status
        ) s
        where h.member_id = @memberId
        and (@before::uuid is null or h.hold_id < @before)
        and (@status::text is null or s.status = @status)
        order by h.hold_id desc
        limit @rows
        """;

    /// <summary>A page of the member's holds, or null for an unknown member.</summary>
    public async Task<Page<HoldAnswer>?> List(
        Guid memberId,
        Query query,
        CancellationToken cancelled
    )
    {
        var limit = query.Limit();
        var status = query.OneOf("status", Names.HoldStatuses);
        var cursor = Cursor.Decode(query.Text("cursor", Cursor.MaxCharacters), ListId);
        query.ThrowIfWrong();

        var parameters = new
        {
            memberId,
            before = cursor?.Id,
            status,
            rows = limit + 1,
        };
        var select = new CommandDefinition(SelectPage, parameters, cancellationToken: cancelled);
        var rows = await reads.Current(
            connection => MemberQueries.Rows<Row>(connection, select, memberId),
            cancelled
        );
        return rows is null
            ? null
            : Page<HoldAnswer>.Of(
                rows,
                limit,
                row => row.ToAnswer(),
                row => new Cursor(ListId, row.HoldId)
            );
    }

    private sealed class Row
    {
        public Guid HoldId { get; init; }
        public string Status { get; init; } = "";
        public long Points { get; init; }
        public long Captured { get; init; }
        public string Reason { get; init; } = "";
        public DateTime PlacedAt { get; init; }
        public DateTime ExpiresAt { get; init; }
        public DateTime? ClosedAt { get; init; }

        public HoldAnswer ToAnswer() =>
            new()
            {
                HoldId = HoldId,
                Status = Status,
                Points = Points,
                Captured = Captured,
                Reason = Reason,
                PlacedAt = PlacedAt.ToInstant(),
                ExpiresAt = ExpiresAt.ToInstant(),
                ClosedAt = ClosedAt?.ToInstant(),
            };
    }
}
