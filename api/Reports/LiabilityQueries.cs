using Dapper;
using Npgsql;

namespace PointsMall.Api.Reports;

/// <summary>
/// What the programme owes its members, from the ledger's totals. A report of the past reads one row a day and kind of posting, and the minutes
/// of one day; one of the present adds the entries that no checkpoint has counted yet, in the same snapshot.
/// </summary>
internal sealed class LiabilityQueries(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>A command that was decided this long ago is committed or never will be.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private const string SelectTotals = """
        with counted as (
            select account, contra, type, points, entries
            from mall.ledger_total
            where span = 'day'
            and (@before::timestamptz is null or at < date_trunc('day', @before::timestamptz, 'UTC'))
            union all
            select account, contra, type, points, entries
            from mall.ledger_total
            where span = 'minute'
            and at >= date_trunc('day', @before::timestamptz, 'UTC')
            and at < @before::timestamptz
            union all
            select account, contra, type, sum(points), count(*)
            from mall.uncounted_entries()
            where (@before::timestamptz is null or occurred_at < @before::timestamptz)
            and coalesce((select max(from_at) from mall.ledger_checkpoint) < @settled::timestamptz, true)
            group by account, contra, type
        )
        select account, contra, type, sum(points)::bigint as points, sum(entries)::bigint as entries
        from counted
        group by account, contra, type
        having sum(entries) > 0
        order by account, contra, type
        """;

    /// <param name="at">Null for now.</param>
    /// <param name="cancelled">Gives up.</param>
    public async Task<LiabilityAnswer> Read(DateTimeOffset? at, CancellationToken cancelled)
    {
        var now = clock.GetUtcNow();
        var minute = TimeSpan.FromMinutes(1);
        DateTimeOffset? before = at is { } then
            ? new DateTimeOffset(then.UtcTicks - then.UtcTicks % minute.Ticks, TimeSpan.Zero)
            : null;
        await using var connection = await database.OpenConnectionAsync(cancelled);
        var rows = (
            await connection.QueryAsync<PostingTotalAnswer>(
                new CommandDefinition(
                    SelectTotals,
                    new
                    {
                        before = before?.UtcDateTime,
                        settled = ((before ?? now) + Settled).UtcDateTime,
                    },
                    cancellationToken: cancelled
                )
            )
        ).AsList();
        return LiabilityAnswer.Of(before ?? now, rows);
    }
}
