using PointsMall.Grains.Checkpoints;

namespace PointsMall.Grains.Verification;

/// <summary>Everything, once a day, a slice at a time. Each slice is a checkpoint: whoever takes over goes on behind the last.</summary>
internal sealed class FullRun(VerificationSession session)
{
    private const string Progress = """
        select since, full_begun_at, full_at, full_checks, full_after
        from verification
        """;

    private const string Start = """
        update verification
        set full_begun_at = now(),
            full_seconds = 0,
            full_checks = 0,
            full_after = $1,
            full_xid = pg_snapshot_xmin(pg_current_snapshot())
        """;

    private const string Advance = """
        update verification
        set full_checks = $1,
            full_after = $2,
            full_seconds = full_seconds + $3,
            full_rows = full_rows + $4
        """;

    /// <summary>What was committed before it began needs no other look.</summary>
    private const string End = """
        update verification
        set full_at = now(),
            members_xid = greatest(members_xid, full_xid)
        """;

    /// <summary>Parts into which the heads that the last checkpoint states are cut: a slice of some 16,000 of a million members.</summary>
    private const int HeadSlices = 64;

    /// <summary>What is checked once, before the members: what they share, then the checkpoints, then the heads.</summary>
    internal static readonly int ChecksBeforeMembers = SharedRowChecks.All.Length + 1 + HeadSlices;

    private readonly FindingStore _store = new(session);
    private readonly SliceSize _size = new();

    /// <summary>Whether one is under way, or was not begun since <paramref name="due"/>.</summary>
    public async Task<bool> IsWanted(DateTimeOffset due)
    {
        var state = await Read();
        return state.IsRunning || (state.Begun ?? state.Since) < due;
    }

    /// <summary>Begins a run, or does its next slice.</summary>
    /// <returns>What the slice found, and whether the run has ended with it.</returns>
    public async Task<(List<Finding> Found, bool Ended)> Step()
    {
        var state = await Read();
        if (!state.IsRunning)
        {
            await session.Execute(Start, MemberSet.First);
            return ([], false);
        }
        var started = TimeProvider.System.GetTimestamp();
        var (checks, after) = (state.Checks, state.After);
        Findings findings;
        if (checks < ChecksBeforeMembers)
        {
            findings = await Run(checks);
            checks++;
        }
        else
        {
            var members = await session.Examiner.Next(after, _size.Members);
            findings = await session.Examiner.Members(members);
            after = members.UpTo;
            _size.Adapt(TimeProvider.System.GetElapsedTime(started));
        }

        await using var transaction = await session.Begin();
        var found = await _store.Add(findings.Violations);
        await session.Execute(
            Advance,
            checks,
            after,
            TimeProvider.System.GetElapsedTime(started).TotalSeconds,
            findings.Rows.Values.Sum()
        );
        var ended = after == MemberSet.Last;
        if (ended)
        {
            await _store.ClearUnseenSince(state.Begun!.Value);
            await session.Execute(End);
        }
        await transaction.CommitAsync();
        return (found, ended);
    }

    private Task<Findings> Run(int check)
    {
        if (check < SharedRowChecks.All.Length)
        {
            return session.Examiner.Shared(SharedRowChecks.All[check]);
        }
        var slice = check - SharedRowChecks.All.Length - 1;
        return slice < 0
            ? session.Examiner.Checkpoints(look => look.Checkpoints())
            : session.Examiner.Checkpoints(look =>
                look.Buckets(
                    LedgerTree.Buckets * slice / HeadSlices,
                    LedgerTree.Buckets * (slice + 1) / HeadSlices
                )
            );
    }

    private async Task<State> Read() =>
        (
            await session.List(
                Progress,
                row => new State(
                    row.GetFieldValue<DateTimeOffset>(0),
                    row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1),
                    row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2),
                    row.GetInt32(3),
                    row.IsDBNull(4) ? MemberSet.First : row.GetGuid(4)
                )
            )
        )[0];

    private sealed record State(
        DateTimeOffset Since,
        DateTimeOffset? Begun,
        DateTimeOffset? Ended,
        int Checks,
        Guid After
    )
    {
        public bool IsRunning => Begun is { } begun && (Ended is not { } ended || ended < begun);
    }
}
