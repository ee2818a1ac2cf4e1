using Dapper;
using Npgsql;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;

namespace PointsMall.Api.Members;

/// <summary>A member's balance at a past instant: the sums of the entries that had been decided by then.</summary>
internal sealed class PastBalanceQueries(NpgsqlDataSource database, ProgrammeWatch programme)
{
    private const string SelectBalance = """
        with entry as (
            select account, contra, points, lots
            from mall.ledger_entry
            where member_id = @memberId
            and occurred_at <= @at
        )
        select
            coalesce(sum(points * ((account = 'available')::int - (contra = 'available')::int)), 0)::bigint as available,
            coalesce(sum(points * ((account = 'pending')::int - (contra = 'pending')::int)), 0)::bigint as pending,
            coalesce(sum(points * ((account = 'held')::int - (contra = 'held')::int)), 0)::bigint as held,
            coalesce(-sum(points * ((account = 'debt')::int - (contra = 'debt')::int)), 0)::bigint as debt,
            coalesce(sum(points) filter (where contra like 'issued:%'), 0)::bigint as lifetime_earned,
            coalesce(-sum(points) filter (where contra in ('redeemed', 'captured')), 0)::bigint as lifetime_spent
        from entry;

        select sum(left_over.points)::bigint as points, left_over.expires_at
        from (
            select sum(sign(e.points) * (lot ->> 1)::bigint) as points,
                   timestamptz 'epoch' + (lot ->> 2)::bigint / 1000000 * interval '1 second'
                       + (lot ->> 2)::bigint % 1000000 * interval '1 microsecond' as expires_at
            from mall.ledger_entry e
            cross join lateral jsonb_array_elements(e.lots) lot
            where e.member_id = @memberId
            and e.occurred_at <= @at
            and e.account = 'available'
            and lot ->> 2 is not null
            group by lot -> 0, lot ->> 2
        ) left_over
        where left_over.points > 0
        and left_over.expires_at > @at
        and left_over.expires_at <= @until
        group by left_over.expires_at
        order by left_over.expires_at
        """;

    /// <summary>Null for an unknown member.</summary>
    public async Task<BalanceAnswer?> Find(
        Guid memberId,
        DateTimeOffset at,
        CancellationToken cancelled
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancelled);
        if (!await MemberQueries.Exists(connection, memberId, cancelled))
        {
            return null;
        }
        await using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(
                SelectBalance,
                new
                {
                    memberId,
                    at = at.UtcDateTime,
                    until = at.AddDays(programme.Current.ExpiryNoticeDays).UtcDateTime,
                },
                cancellationToken: cancelled
            )
        );
        var row = await results.ReadSingleAsync<Row>();
        var expiring = await results.ReadAsync<Expiring>();
        return new BalanceAnswer
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
        };
    }

    private sealed class Row
    {
        public long Available { get; init; }
        public long Pending { get; init; }
        public long Held { get; init; }
        public long Debt { get; init; }
        public long LifetimeEarned { get; init; }
        public long LifetimeSpent { get; init; }
    }

    private sealed class Expiring
    {
        public long Points { get; init; }
        public DateTime ExpiresAt { get; init; }
    }
}
