using System.Globalization;
using Npgsql;
using PointsMall.LoadTests.Faults.Rigs;

namespace PointsMall.LoadTests.Faults;

/// <summary>What can happen to disks and clocks.</summary>
internal static class MachineFaults
{
    private static readonly TimeSpan SlowFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan JumpedFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NoticedWithin = TimeSpan.FromSeconds(5);
    private static readonly int[] JumpsInSeconds = [2, -2, 3_600, -3_600];

    /// <summary>PostgreSQL itself waits before each flush: the longest that it can be told to.</summary>
    public static async Task SlowDown(FaultScene scene, CancellationToken cancelled)
    {
        await scene.SetPostgres("commit_delay = 100000", "commit_siblings = 0");
        try
        {
            await Task.Delay(SlowFor, cancelled);
        }
        finally
        {
            await scene.SetPostgres();
        }
    }

    public static async Task FillTheLog(FaultScene scene, SmallLog log, CancellationToken cancelled)
    {
        await log.Fill();
        try
        {
            await WriteUntilItBreaks(scene, cancelled);
            await Task.Delay(FullFor, cancelled);
        }
        finally
        {
            log.GiveBack();
        }
    }

    public static async Task JumpClock(
        FaultScene scene,
        FakeClocks clocks,
        CancellationToken cancelled
    )
    {
        var silo = scene.SiloOfTheGate;
        try
        {
            foreach (var jump in JumpsInSeconds)
            {
                clocks.Set(silo, jump);
                if (
                    !await FaultScene.Comes(
                        async () => !await scene.IsReady(silo, cancelled),
                        NoticedWithin,
                        cancelled
                    )
                )
                {
                    scene.Wrong(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{silo} is ready with a clock that is {jump} s off"
                        )
                    );
                }
                await Task.Delay(JumpedFor, cancelled);
            }
        }
        finally
        {
            clocks.Set(silo, 0);
        }
    }

    /// <summary>The load alone would take a while to come to the end of the files that are there.</summary>
    private static async Task WriteUntilItBreaks(FaultScene scene, CancellationToken cancelled)
    {
        try
        {
            await using var owner = await scene.Connect("owner", cancelled);
            while (true)
            {
                await FaultScene.Execute(
                    owner,
                    "select pg_logical_emit_message(false, 'faults', repeat('-', 4000000))",
                    cancelled
                );
            }
        }
        catch (NpgsqlException)
        {
            // It is full.
        }
    }
}
