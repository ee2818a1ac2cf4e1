using Npgsql;
using PointsMall.Grains.Checkpoints;

namespace PointsMall.Grains.Verification;

/// <summary>
/// Runs checks, each time in a snapshot of its own that is meant to stay under 5 s, because an old snapshot keeps dead rows of hot tables
/// alive. A violation counts when a second, later snapshot shows it too.
/// </summary>
/// <param name="connection">Open, of a role that may read everything.</param>
/// <param name="cancelled">Stops between two rows.</param>
internal sealed class Examiner(NpgsqlConnection connection, CancellationToken cancelled)
{
    private const string Bound = """
        select member_id
        from mall.member_account
        where member_id > $1
        order by member_id
        offset $2
        limit 1
        """;

    /// <summary>A check over everything that members share.</summary>
    public Task<Findings> Shared(RowCheck check) =>
        Twice((snapshot, seen) => Run(check, snapshot, seen, check.BySku ? [DBNull.Value] : []));

    /// <summary>The stock of some SKUs.</summary>
    public Task<Findings> Stock(Guid[] skus) =>
        Twice((snapshot, seen) => Run(SharedRowChecks.Stock, snapshot, seen, [skus]));

    /// <summary>A look at the checkpoints of the ledger.</summary>
    public Task<Findings> Checkpoints(
        Func<CheckpointVerification, Task> look,
        IReadOnlySet<string>? trustedKeys = null
    ) => Twice((snapshot, seen) => look(new(snapshot, seen, trustedKeys)));

    /// <summary>All checks of some members.</summary>
    public Task<Findings> Members(MemberSet members) =>
        Twice(
            async (snapshot, seen) =>
            {
                var accounts = await new LedgerVerification(snapshot, seen).Run(members);
                await new CounterCheck(snapshot, seen).Run(members, accounts);
                foreach (var check in MemberRowChecks.All)
                {
                    await Run(check, snapshot, seen, members.Parameters);
                }
            }
        );

    /// <summary>The next so many members.</summary>
    public async Task<MemberSet> Next(Guid after, int members)
    {
        await using var bound = new NpgsqlCommand(Bound, connection);
        bound.Parameters.Add(new() { Value = after });
        bound.Parameters.Add(new() { Value = members - 1 });
        // The last slice has no bound: it also finds rows of members beyond the last account.
        return new(
            after,
            await bound.ExecuteScalarAsync(cancelled) is Guid memberId ? memberId : MemberSet.Last
        );
    }

    private async Task<Findings> Twice(Func<Snapshot, Findings, Task> checks)
    {
        var first = await Once(checks);
        if (first.Violations.Count > 0)
        {
            first.KeepOnly(await Once(checks));
        }
        return first;
    }

    private async Task<Findings> Once(Func<Snapshot, Findings, Task> checks)
    {
        var findings = new Findings();
        await using var snapshot = await Snapshot.Take(connection, cancelled);
        await checks(snapshot, findings);
        return findings;
    }

    private static async Task Run(
        RowCheck check,
        Snapshot snapshot,
        Findings findings,
        object[] parameters
    )
    {
        await foreach (var row in snapshot.Read(check.Count, parameters))
        {
            findings.Looked(check.Check, Convert.ToInt64(row.GetValue(0), null));
        }
        await foreach (var row in snapshot.Read(check.Violations, parameters))
        {
            findings.Add(
                check.Check,
                row.GetString(0),
                row.GetString(1),
                row.IsDBNull(2) ? null : row.GetGuid(2),
                row.IsDBNull(3) ? null : row.GetGuid(3)
            );
        }
    }
}

/// <summary>How many members one snapshot takes, so that it stays well under 5 s.</summary>
internal sealed class SliceSize
{
    public const int Most = 20_000;
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    public int Members { get; private set; } = 2_000;

    public void Adapt(TimeSpan took) =>
        Members =
            took > TooLong ? Math.Max(1, Members / 2)
            : took < Short ? Math.Min(Most, Members * 2)
            : Members;
}
