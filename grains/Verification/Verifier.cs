using Npgsql;

namespace PointsMall.Grains.Verification;

/// <summary>
/// Recomputes every invariant of the mall's rows, while it runs. Members are read in slices, each in a snapshot of its own that is meant to
/// stay under 5 s, because an old snapshot keeps dead rows of hot tables alive. A violation counts when a second, later snapshot shows it too.
/// </summary>
public static class Verifier
{
    private const int FirstSlice = 2_000;
    private const int MaxSlice = 20_000;
    private static readonly TimeSpan SliceTooLong = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan SliceShort = TimeSpan.FromSeconds(1);

    private const string Bound = """
        select member_id
        from mall.member_account
        where member_id > $1
        order by member_id
        offset $2
        limit 1
        """;

    /// <param name="source">A role that may read everything.</param>
    /// <param name="cancelled">Stops between two rows.</param>
    /// <exception cref="NpgsqlException">The database could not be read.</exception>
    public static async Task<VerificationReport> Run(
        NpgsqlDataSource source,
        CancellationToken cancelled = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        var started = TimeProvider.System.GetTimestamp();
        var findings = new Findings();
        foreach (var check in SharedRowChecks.All)
        {
            await RunTwiceIfNeeded(
                findings,
                source,
                (snapshot, seen) => Run(check, snapshot, seen),
                cancelled
            );
        }

        var members = FirstSlice;
        var after = MemberRange.First;
        while (after != MemberRange.Last)
        {
            var sliceStarted = TimeProvider.System.GetTimestamp();
            var range = new MemberRange(after, await UpTo(source, after, members, cancelled));
            await RunTwiceIfNeeded(
                findings,
                source,
                (snapshot, seen) => Run(range, snapshot, seen),
                cancelled
            );
            after = range.UpTo;
            members = NextSlice(members, TimeProvider.System.GetElapsedTime(sliceStarted));
        }
        return VerificationReport.Of(findings, TimeProvider.System.GetElapsedTime(started));
    }

    private static int NextSlice(int members, TimeSpan took) =>
        took > SliceTooLong ? Math.Max(1, members / 2)
        : took < SliceShort ? Math.Min(MaxSlice, members * 2)
        : members;

    private static async Task<Guid> UpTo(
        NpgsqlDataSource source,
        Guid after,
        int members,
        CancellationToken cancelled
    )
    {
        await using var bound = source.CreateCommand(Bound);
        bound.Parameters.Add(new() { Value = after });
        bound.Parameters.Add(new() { Value = members - 1 });
        // The last slice has no bound: it also finds rows of members beyond the last account.
        return await bound.ExecuteScalarAsync(cancelled) is Guid memberId
            ? memberId
            : MemberRange.Last;
    }

    private static async Task RunTwiceIfNeeded(
        Findings total,
        NpgsqlDataSource source,
        Func<Snapshot, Findings, Task> checks,
        CancellationToken cancelled
    )
    {
        var first = await RunOnce(source, checks, cancelled);
        if (first.Violations.Count > 0)
        {
            first.KeepOnly(await RunOnce(source, checks, cancelled));
        }
        total.Take(first);
    }

    private static async Task<Findings> RunOnce(
        NpgsqlDataSource source,
        Func<Snapshot, Findings, Task> checks,
        CancellationToken cancelled
    )
    {
        var findings = new Findings();
        await using var snapshot = await Snapshot.Take(source, cancelled);
        await checks(snapshot, findings);
        return findings;
    }

    private static async Task Run(MemberRange range, Snapshot snapshot, Findings findings)
    {
        var accounts = await new LedgerVerification(snapshot, findings).Run(range);
        await new CounterCheck(snapshot, findings).Run(range, accounts);
        foreach (var check in MemberRowChecks.All)
        {
            await Run(check, snapshot, findings, range.After, range.UpTo);
        }
    }

    private static async Task Run(
        RowCheck check,
        Snapshot snapshot,
        Findings findings,
        params object[] range
    )
    {
        await foreach (var row in snapshot.Read(check.Count, range))
        {
            findings.Looked(check.Check, Convert.ToInt64(row.GetValue(0), null));
        }
        await foreach (var row in snapshot.Read(check.Violations, range))
        {
            findings.Add(check.Check, row.GetString(0), row.GetString(1));
        }
    }
}
