using Npgsql;

namespace PointsMall.Grains.Verification;

/// <summary>Recomputes every invariant of the mall's rows, while it runs.</summary>
public static class Verifier
{
    /// <param name="source">A role that may read everything.</param>
    /// <param name="cancelled">Stops between two rows.</param>
    /// <exception cref="NpgsqlException">The database could not be read.</exception>
    public static async Task<VerificationReport> Run(
        NpgsqlDataSource source,
        CancellationToken cancelled = default
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
}
