using Dapper;
using PointsMall.Api.Reads;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Members;

/// <summary>Reads approvals of adjustments, newest first.</summary>
internal sealed class ApprovalQueries(DatabaseReads reads)
{
    private const char ListId = 'a';

    private const string SelectPage = """
        select approval_id, member_id, status, points, reason, requested_by, requested_at, decided_by, decided_at,
               decision_reason
        from mall.approval
        where (@before::uuid is null or approval_id < @before)
        and (@status::text is null or status = @status)
        order by approval_id desc
        limit @rows
        """;

    private const string SelectMember = """
        select member_id
        from mall.approval
        where approval_id = @approvalId
        """;

    public async Task<Page<ApprovalAnswer>> List(Query query, CancellationToken cancelled)
    {
        var limit = query.Limit();
        var status = query.OneOf("status", Names.ApprovalStatuses);
        var cursor = Cursor.Decode(query.Text("cursor", Cursor.MaxCharacters), ListId);
        query.ThrowIfWrong();

        var parameters = new
        {
            before = cursor?.Id,
            status,
            rows = limit + 1,
        };
        var select = new CommandDefinition(SelectPage, parameters, cancellationToken: cancelled);
        var rows = await reads.Current(connection => connection.QueryAsync<Row>(select), cancelled);
        return Page<ApprovalAnswer>.Of(
            rows.AsList(),
            limit,
            row => row.ToAnswer(),
            row => new Cursor(ListId, row.ApprovalId)
        );
    }

    /// <summary>Whose points an approval is about, or null.</summary>
    public Task<Guid?> MemberOf(Guid approvalId, CancellationToken cancelled) =>
        reads.Current(
            connection =>
                connection.QuerySingleOrDefaultAsync<Guid?>(
                    new CommandDefinition(
                        SelectMember,
                        new { approvalId },
                        cancellationToken: cancelled
                    )
                ),
            cancelled
        );

    private sealed class Row
    {
        public Guid ApprovalId { get; init; }
        public Guid MemberId { get; init; }
        public string Status { get; init; } = "";
        public long Points { get; init; }
        public string Reason { get; init; } = "";
        public string RequestedBy { get; init; } = "";
        public DateTime RequestedAt { get; init; }
        public string? DecidedBy { get; init; }
        public DateTime? DecidedAt { get; init; }
        public string? DecisionReason { get; init; }

        public ApprovalAnswer ToAnswer() =>
            new()
            {
                ApprovalId = ApprovalId,
                MemberId = MemberId,
                Status = Status,
                Points = Points,
                Reason = Reason,
                RequestedBy = RequestedBy,
                RequestedAt = RequestedAt.ToInstant(),
                DecidedBy = DecidedBy,
                DecidedAt = DecidedAt?.ToInstant(),
                DecisionReason = DecisionReason,
            };
    }
}
