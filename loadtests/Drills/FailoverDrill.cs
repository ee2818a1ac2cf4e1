using System.Diagnostics;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Faults;

namespace PointsMall.LoadTests.Drills;

/// <summary>
/// First both standbys stand still: nothing may be acknowledged. Then the primary dies for good, and a standby takes its place: nothing that
/// was acknowledged may be missing, silos and API follow by themselves, and the old primary never comes back as one.
/// </summary>
internal static class FailoverDrill
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(5);

    /// <summary>What a standby had flushed when it was stopped may still be answered.</summary>
    private static readonly TimeSpan InFlight = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(3);

    private const string First = "postgres";
    private static readonly string[] Standbys = ["postgres2", "postgres3"];

    private const string TwoStream =
        "select count(*) = 2 from pg_stat_replication where state = 'streaming' and sync_state = 'quorum'";

    public static async Task<DrillReport> Run(DrillOptions options, CancellationToken cancelled)
    {
        var report = new DrillReport();
        await using var mall = await DrillMall.Start(
            options.Silos,
            ["--standby"],
            postgres: null,
            cancelled
        );
        await mall.Until("two standbys stream", TwoStream, cancelled);
        using var load = mall.Load(options);
        await Task.Delay(options.Load, cancelled);
        var rate = load.Rate(load.Now - (int)(Before / FaultLoad.Tick), load.Now);
        report.Add("redemptions and cancels a second before", $"{rate:0}");

        await StandbysLost(mall, load, rate, report, cancelled);
        var struck = await PrimaryLost(mall, load, rate, report, cancelled);
        await Fenced(mall, report, cancelled);

        var rejoin = await mall.Timed(cancelled, "rejoin");
        await mall.Until("two standbys stream again", TwoStream, cancelled);
        report.Add("the old primary built anew as a standby", $"{rejoin.TotalSeconds:0.0} s");
        var gap = load.LongestGap(struck, load.Now);
        await load.End();
        report.Add("longest time without a success", $"{gap.TotalSeconds:0.0} s");
        report.Add(
            "attempts",
            $"{load.Requests:N0}: {load.Done:N0} done, {load.Refused:N0} refused, {load.Unknown:N0} unknown at first, {load.GivenUp:N0} given up"
        );
        var (history, books) = await BooksCheck.Read(
            mall.Stage,
            mall.Access,
            load.GivenUp > 0,
            long.MaxValue,
            cancelled
        );
        report.CheckBooks(history, books);
        return report;
    }

    private static async Task StandbysLost(
        DrillMall mall,
        FaultLoad load,
        double rate,
        DrillReport report,
        CancellationToken cancelled
    )
    {
        var (from, to) = (0, 0);
        await FaultScene.Signal("STOP", Processes(mall));
        try
        {
            await Task.Delay(InFlight, cancelled);
            from = load.Now;
            await Task.Delay(Frozen, cancelled);
            to = load.Now;
        }
        finally
        {
            await FaultScene.Signal("CONT", Processes(mall));
        }
        var acknowledged = load.Rate(from, to) * (to - from) * FaultLoad.Tick.TotalSeconds;
        report.Check(
            "acknowledged while both standbys stood still",
            acknowledged == 0,
            $"{acknowledged:0} in {Frozen.TotalSeconds:0} s"
        );
        await Recovers(
            "half of the rate again after they went on",
            load,
            to,
            to,
            rate,
            report,
            cancelled
        );
    }

    /// <returns>When it died, in ticks.</returns>
    private static async Task<int> PrimaryLost(
        DrillMall mall,
        FaultLoad load,
        double rate,
        DrillReport report,
        CancellationToken cancelled
    )
    {
        var struck = load.Now;
        await FaultScene.Signal("KILL", mall.Scene.PostgresProcesses(First));
        var took = await mall.Timed(cancelled, "failover");
        var promoted = mall.Data.Recall("database", "primary");
        report.Check(
            "promoted",
            Standbys.Contains(promoted, StringComparer.Ordinal),
            $"{promoted ?? "nobody"}, {took.TotalSeconds:0.0} s after it was ordered"
        );
        await Recovers(
            "half of the rate again after it died",
            load,
            struck,
            load.Now,
            rate,
            report,
            cancelled
        );
        return struck;
    }

    private static async Task Recovers(
        string name,
        FaultLoad load,
        int since,
        int from,
        double rate,
        DrillReport report,
        CancellationToken cancelled
    )
    {
        var recovered = await FaultRun.Recovered(load, from, rate / 2, cancelled);
        report.Check(
            name,
            recovered is not null,
            $"{(recovered is { } tick ? $"after {(tick - since) * FaultLoad.Tick.TotalSeconds:0.0} s" : "never")}"
        );
    }

    /// <summary>The worst that somebody can do to it: start the old primary by hand, where all clients still look for one.</summary>
    private static async Task Fenced(
        DrillMall mall,
        DrillReport report,
        CancellationToken cancelled
    )
    {
        var folder = $"{mall.FolderOf(First)}.fenced";
        var running = mall.Scene.Process(mall.Data.Recall("database", "primary")!);
        var program = File.ResolveLinkTarget($"/proc/{running}/exe", returnFinalTarget: true)!;
        string[] start = [program.FullName, "-D", folder];
        using var old = Process.Start(
            Environment.IsPrivilegedProcess
                ? new ProcessStartInfo(
                    "setpriv",
                    ["--reuid=postgres", "--regid=postgres", "--init-groups", .. start]
                )
                : new ProcessStartInfo(start[0], start[1..])
        )!;
        try
        {
            report.Check(
                "the old primary, started by hand",
                await mall.IsStandby(First, cancelled),
                $"comes up as a standby that follows nobody"
            );
        }
        finally
        {
            await FaultScene.Signal("KILL", [old.Id]);
            await old.WaitForExitAsync(cancelled);
        }
    }

    private static IReadOnlyList<int> Processes(DrillMall mall) =>
        [.. Standbys.SelectMany(mall.Scene.PostgresProcesses)];
}
