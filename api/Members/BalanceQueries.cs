using Dapper;
using Npgsql;
using PointsMall.Api.Reads;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;

namespace PointsMall.Api.Members;

/// <summary>Members and their balances as the database has them, with what is due by now applied.</summary>
internal sealed class BalanceQueries(
    DatabaseReads reads,
    ProgrammeWatch programme,
    TimeProvider clock
)
{
    private const string SelectMember = """
        select m.member_id, m.external_id, m.display_name, m.created_at, a.deactivated_at,
               b.available, b.pending, b.held, b.debt, b.lifetime_earned, b.lifetime_spent
        from mall.member m
        join mall.member_account a on a.member_id = m.member_id
        join mall.member_balance b on b.member_id = m.member_id
        where m.member_id = @memberId;

        select e.points, e.expires_at
        from mall.member_expiring(@memberId, @until) e
        order by e.expires_at
        """;

    public Task<MemberRecord?> Find(Guid memberId, CancellationToken cancelled) =>
        reads.Current(connection => Find(connection, memberId, cancelled), cancelled);

    private async Task<MemberRecord?> Find(
        NpgsqlConnection connection,
        Guid memberId,
        CancellationToken cancelled
    )
    {
        var until = clock.GetUtcNow().AddDays(programme.Current.ExpiryNoticeDays).UtcDateTime;
        await using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(
                SelectMember,
                new { memberId, until },
                cancellationToken: cancelled
            )
        );
        var row = await results.ReadSingleOrDefaultAsync<MemberRow>();
        if (row is null)
        {
            return null;
        }
        var expiring = await results.ReadAsync<ExpiringRow>();
        return new MemberRecord(
            row.MemberId,
            row.ExternalId,
            row.DisplayName,
            row.CreatedAt.ToInstant(),
            row.DeactivatedAt?.ToInstant(),
            new BalanceAnswer
            {
                Available = row.Available,
                Pending = row.Pending,
                Held = row.Held,
                Debt = row.Debt,
                LifetimeEarned = row.LifetimeEarned,
                LifetimeSpent = row.LifetimeSpent,
                ExpiringSoon =
                [
                    .. expiring.Select(soon => new ExpiringAnswer
                    {
                        Points = soon.Points,
                        ExpiresAt = soon.ExpiresAt.ToInstant(),
                    }),
                ],
            }
        );
    }

    private sealed class MemberRow
    {
        public Guid MemberId { get; init; }
        public string? ExternalId { get; init; }
        public string DisplayName { get; init; } = "";
        public DateTime CreatedAt { get; init; }
        public DateTime? DeactivatedAt { get; init; }
        public long Available { get; init; }
        public long Pending { get; init; }
        public long Held { get; init; }
        public long Debt { get; init; }
        public long LifetimeEarned { get; init; }
        public long LifetimeSpent { get; init; }
    }

    private sealed class ExpiringRow
    {
        public long Points { get; init; }
        public DateTime ExpiresAt { get; init; }
    }
}

/// <summary>A member with its balance.</summary>
internal sealed record MemberRecord(
    Guid MemberId,
    string? ExternalId,
    string DisplayName,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DeactivatedAt,
    BalanceAnswer Balance
);
