using Npgsql;
using PointsMall.Grains.Checkpoints;

namespace PointsMall.Grains.Verification;

/// <summary>Recomputes every invariant of the mall's rows, while it runs.</summary>
public static class Verifier
{
    /// <inheritdoc cref="Run(NpgsqlDataSource, IReadOnlySet{string}, CancellationToken)"/>
    public static Task<VerificationReport> Run(
        NpgsqlDataSource source,
        CancellationToken cancelled = default
    ) => Run(source, trustedKeys: null, cancelled);

    /// <param name="source">A role that may read everything.</param>
    /// <param name="trustedKeys">Ids of keys that may have signed checkpoints; null for any that the database knows.</param>
    /// <param name="cancelled">Stops between two rows.</param>
    /// <exception cref="NpgsqlException">The database could not be read.</exception>
    public static async Task<VerificationReport> Run(
        NpgsqlDataSource source,
        IReadOnlySet<string>? trustedKeys,
        CancellationToken cancelled
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        await using var connection = await source.OpenConnectionAsync(cancelled);
        var examiner = new Examiner(connection, cancelled);
        var started = TimeProvider.System.GetTimestamp();
        var findings = new Findings();
        foreach (var check in SharedRowChecks.All)
        {
            findings.Take(await examiner.Shared(check));
        }
        await RunCheckpoints(examiner, findings, trustedKeys);

        var size = new SliceSize();
        var after = MemberSet.First;
        while (after != MemberSet.Last)
        {
            var sliceStarted = TimeProvider.System.GetTimestamp();
            var members = await examiner.Next(after, size.Members);
            findings.Take(await examiner.Members(members));
            after = members.UpTo;
            size.Adapt(TimeProvider.System.GetElapsedTime(sliceStarted));
        }
        return VerificationReport.Of(findings, TimeProvider.System.GetElapsedTime(started));
    }

    /// <summary>All checks of one member's rows.</summary>
    /// <param name="source">A role that may read everything.</param>
    /// <param name="memberId">The member.</param>
    /// <param name="cancelled">Stops between two rows.</param>
    /// <exception cref="NpgsqlException">The database could not be read.</exception>
    public static async Task<VerificationReport> RunMember(
        NpgsqlDataSource source,
        Guid memberId,
        CancellationToken cancelled = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        await using var connection = await source.OpenConnectionAsync(cancelled);
        var examiner = new Examiner(connection, cancelled);
        var started = TimeProvider.System.GetTimestamp();
        var findings = await examiner.Checkpoints(look => look.Member(memberId));
        findings.Take(await examiner.Members(MemberSet.Of([memberId])));
        return VerificationReport.Of(findings, TimeProvider.System.GetElapsedTime(started));
    }

    private static async Task RunCheckpoints(
        Examiner examiner,
        Findings findings,
        IReadOnlySet<string>? trustedKeys
    )
    {
        var heads = 0L;
        findings.Take(
            await examiner.Checkpoints(async look => heads = await look.Checkpoints(), trustedKeys)
        );
        var slices = (int)
            Math.Min((heads + SliceSize.Most - 1) / SliceSize.Most, LedgerTree.Buckets);
        for (var slice = 0; slice < slices; slice++)
        {
            var from = (int)((long)LedgerTree.Buckets * slice / slices);
            var to = (int)((long)LedgerTree.Buckets * (slice + 1) / slices);
            findings.Take(await examiner.Checkpoints(look => look.Buckets(from, to)));
        }
    }
}
