using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Verification;

/// <summary>How far the continuous verification is and what it has found, as any silo can read it. Times are seconds.</summary>
/// <param name="RecentAge">Since the last look at what has changed.</param>
/// <param name="RecentSeconds">What that took.</param>
/// <param name="RecentRows">Rows that such looks have checked, ever.</param>
/// <param name="FullAge">Since everything was last verified, or could have been first.</param>
/// <param name="FullSeconds">What the last or present full run took, without its pauses.</param>
/// <param name="FullRows">Rows that full runs have checked, ever.</param>
/// <param name="Lag">Age of the oldest commit that is not checked yet; 0 when all are.</param>
/// <param name="StoppedSkus">SKUs whose sale is stopped.</param>
/// <param name="Violations">Open findings of every check.</param>
public sealed record VerificationStatus(
    double RecentAge,
    double RecentSeconds,
    long RecentRows,
    double FullAge,
    double FullSeconds,
    long FullRows,
    double Lag,
    long StoppedSkus,
    ImmutableSortedDictionary<string, long> Violations
)
{
    /// <summary>Later than this the answer is of no use.</summary>
    private const int TimeoutSeconds = 5;

    private const string Progress = """
        select
            extract(epoch from clock_timestamp() - coalesce(v.recent_at, v.since))::float8,
            v.recent_seconds,
            v.recent_rows,
            extract(epoch from clock_timestamp() - coalesce(v.full_at, v.since))::float8,
            v.full_seconds,
            v.full_rows,
            coalesce((
                select greatest(extract(epoch from clock_timestamp() - min(changed.at)), 0)::float8
                from (
                    select e.at
                    from generate_series(0, 15) slots (slot)
                    cross join lateral (
                        select o.at
                        from event o
                        where o.slot = slots.slot
                            and o.xid >= v.members_xid
                            and o.xid < pg_snapshot_xmax(pg_current_snapshot())
                        order by o.xid, o.id
                        limit 1
                    ) e
                    union all
                    (
                        select at
                        from silent_commit
                        where xid >= v.members_xid
                            and xid < pg_snapshot_xmax(pg_current_snapshot())
                        order by xid, id
                        limit 1
                    )
                ) changed
            ), 0),
            (select count(*) from sku where stopped_at is not null)
        from verification v
        """;

    private const string Open = """
        select check_name, count(*)
        from verification_finding
        where cleared_at is null
        group by check_name
        """;

    /// <exception cref="NpgsqlException">The database did not answer in time.</exception>
    public static async Task<VerificationStatus> Read(
        MallDatabase database,
        CancellationToken cancelled
    )
    {
        ArgumentNullException.ThrowIfNull(database);
        var violations = Check.All.ToImmutableSortedDictionary(check => check.Name, _ => 0L);
        await using var connection = await database.Settling.OpenConnectionAsync(cancelled);
        await using (var open = Command(Open, connection))
        await using (var found = await open.ExecuteReaderAsync(cancelled))
        {
            while (await found.ReadAsync(cancelled))
            {
                violations = violations.SetItem(found.GetString(0), found.GetInt64(1));
            }
        }
        await using var progress = Command(Progress, connection);
        await using var row = await progress.ExecuteReaderAsync(cancelled);
        await row.ReadAsync(cancelled);
        return new VerificationStatus(
            row.GetDouble(0),
            row.GetDouble(1),
            row.GetInt64(2),
            row.GetDouble(3),
            row.GetDouble(4),
            row.GetInt64(5),
            row.GetDouble(6),
            row.GetInt64(7),
            violations
        );
    }

    private static NpgsqlCommand Command(string sql, NpgsqlConnection connection) =>
        new(sql, connection) { CommandTimeout = TimeoutSeconds };
}
