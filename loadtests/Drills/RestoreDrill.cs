using System.Diagnostics;
using Npgsql;
using PointsMall.Grains.Verification;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Faults;

namespace PointsMall.LoadTests.Drills;

/// <summary>
/// The disks are lost, and the archive is all there is: what was acknowledged before the last archived commit must be there again. Then once
/// more to a moment in between, at which all tables must be what they were.
/// </summary>
internal static class RestoreDrill
{
    /// <summary>Short, so that the drill need not wait a minute for the end of a segment.</summary>
    private const string ArchiveOften = "archive_timeout = 2s";

    /// <summary>All that a commit writes. Order does not matter, and equal sums of hashes are equal rows.</summary>
    private const string Digest = """
        select string_agg(format('%s %s %s', name, rows, sum), E'\n' order by name)
        from (
            select 'account' as name, count(*) as rows, sum(hashtextextended(t::text, 0)::numeric) from mall.member_account t
            union all select 'command', count(*), sum(hashtextextended(t::text, 0)::numeric) from mall.command t
            union all select 'entry', count(*), sum(hashtextextended(t::text, 0)::numeric) from mall.ledger_entry t
            union all select 'event', count(*), sum(hashtextextended(t::text, 0)::numeric) from mall.event t
            union all select 'line', count(*), sum(hashtextextended(t::text, 0)::numeric) from mall.order_line t
            union all select 'order', count(*), sum(hashtextextended(t::text, 0)::numeric) from mall.redemption_order t
            union all select 'stock', count(*), sum(hashtextextended(t::text, 0)::numeric) from mall.stock t
        ) as tables (name, rows, sum)
        """;

    private const string Moment =
        """select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""";

    public static async Task<DrillReport> Run(DrillOptions options, CancellationToken cancelled)
    {
        var backups = MallHost.TemporaryFolder("mall-backup-");
        try
        {
            var repository = Path.Combine(backups, "repository");
            await using var mall = await DrillMall.Start(
                options.Silos,
                ["--backup", repository],
                ArchiveOften,
                cancelled
            );
            return await Run(mall, options, cancelled);
        }
        finally
        {
            Directory.Delete(backups, recursive: true);
        }
    }

    private static async Task<DrillReport> Run(
        DrillMall mall,
        DrillOptions options,
        CancellationToken cancelled
    )
    {
        var report = new DrillReport();
        var full = await mall.Timed(cancelled, "backup", "full");
        report.Add("full backup", $"{full.TotalSeconds:0.0} s");

        using (var load = mall.Load(options))
        {
            var under = await mall.Timed(cancelled, "backup");
            await Task.Delay(options.Load, cancelled);
            await load.End();
            report.Add("incremental backup under load", $"{under.TotalSeconds:0.0} s");
        }
        var moment = await mall.Scalar<string>(Moment, cancelled);
        var digest = await mall.Scalar<string>(Digest, cancelled);

        using var late = mall.Load(options);
        await Task.Delay(options.Load, cancelled);
        // What was answered by now is in the log up to here.
        var durableUntil = TimeProvider.System.GetTimestamp();
        var segment = await mall.Scalar<string>(
            "select pg_walfile_name(pg_current_wal_flush_lsn())",
            cancelled
        );
        await mall.Until(
            "the log is archived",
            $"select coalesce(left(last_archived_wal, 24) >= '{segment}', false) from pg_stat_archiver",
            cancelled
        );

        var destroyed = Stopwatch.GetTimestamp();
        await Destroy(mall);
        var diedAt = TimeProvider.System.GetUtcNow();
        var settled = late.End();
        var restore = await mall.Timed(cancelled, "restore");
        await mall.Restart(cancelled);
        var outage = Stopwatch.GetElapsedTime(destroyed);
        // Retries that were open commit now.
        var lastKept = await mall.Scalar<DateTime>(
            $"select max(at) from mall.command where at < '{diedAt:O}'",
            cancelled
        );
        await settled;

        var (history, books) = await BooksCheck.Read(
            mall.Stage,
            mall.Access,
            late.GivenUp > 0,
            durableUntil,
            cancelled
        );
        report.CheckBooks(history, books);
        report.Add(
            "acknowledged after the last archived commit, and lost",
            $"{history.Forgotten:N0}"
        );
        report.Add(
            "recovery point (RPO)",
            $"{(diedAt.UtcDateTime - lastKept).TotalSeconds:0.0} s before the loss"
        );
        report.Add(
            "recovery time (RTO)",
            $"{outage.TotalSeconds:0.0} s until ready, {restore.TotalSeconds:0.0} s of it the restore"
        );
        await ToMoment(mall, moment, digest, report, cancelled);
        return report;
    }

    private static async Task ToMoment(
        DrillMall mall,
        string moment,
        string digest,
        DrillReport report,
        CancellationToken cancelled
    )
    {
        await Destroy(mall);
        var took = await mall.Timed(cancelled, "restore", "--to", moment);
        await mall.Restart(cancelled);
        var restored = await mall.Scalar<string>(Digest, cancelled);
        report.Check(
            $"restored to {moment}",
            string.Equals(digest, restored, StringComparison.Ordinal),
            $"{(digest == restored ? "accounts, orders, chains and stock equal what they were" : $"was {digest}, is {restored}".ReplaceLineEndings(", "))}; {took.TotalSeconds:0.0} s"
        );
        await using var owner = NpgsqlDataSource.Create(mall.Access.OwnerConnectionString);
        var books = await Verifier.Run(owner, cancelled);
        report.Check("verify then", books.IsClean, $"{(books.IsClean ? "holds" : "VIOLATED")}");
    }

    /// <summary>Every process dies, then the database's files are gone: a machine that burns.</summary>
    private static async Task Destroy(DrillMall mall)
    {
        // What starts others again goes first; PostgreSQL's children before they could write once more.
        await mall.Scene.Signal("KILL", "up");
        await FaultScene.Signal("KILL", mall.Scene.PostgresProcesses());
        await mall.Scene.Signal("KILL", [.. mall.Scene.Silos(), "api"]);
        await mall.Stop();
        Directory.Delete(mall.FolderOf("postgres"), recursive: true);
    }
}
