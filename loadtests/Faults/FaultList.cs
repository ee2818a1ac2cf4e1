using System.Diagnostics;
using Npgsql;

namespace PointsMall.LoadTests.Faults;

/// <summary>All faults, in the order in which they run when none is named.</summary>
internal static class FaultList
{
    /// <summary>Longer than three missed probes of 2 s and the vote: the others have declared the silo dead by then.</summary>
    private static readonly TimeSpan LongerThanTheVote = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(5);

    public static readonly IReadOnlyList<FaultPlan> All =
    [
        new(
            "silo-of-gate",
            "kill -9 of the silo that holds the hot SKU's gate",
            (scene, _) => scene.Signal("KILL", scene.SiloOfTheGate)
        ),
        new(
            "silo-of-members",
            "kill -9 of a silo that holds members, but not the hot SKU's gate",
            (scene, _) =>
                scene.Signal("KILL", scene.Silos().First(silo => silo != scene.SiloOfTheGate))
        ),
        new(
            "all-silos",
            "kill -9 of all silos at once",
            (scene, _) => scene.Signal("KILL", [.. scene.Silos()])
        ),
        new(
            "silo-roll",
            "each silo in turn is stopped in order and started again",
            async (scene, cancelled) =>
            {
                foreach (var silo in scene.Silos())
                {
                    await scene.Script(cancelled, "silo", "stop", silo["silo".Length..]);
                    await scene.Script(cancelled, "silo", "add");
                }
            }
        )
        {
            Unnoticed = true,
        },
        new(
            "silo-freeze",
            "SIGSTOP of the hot gate's silo until the others have declared it dead, then SIGCONT",
            (scene, cancelled) =>
                FaultScene.Frozen(
                    [scene.Process(scene.SiloOfTheGate)],
                    LongerThanTheVote,
                    cancelled
                )
        )
        {
            // The others must take over while it stands still.
            SellsAgainWithin = TimeSpan.FromSeconds(15),
        },
        new("api", "kill -9 of the API", (scene, _) => scene.Signal("KILL", "api")),
        new(
            "postgres",
            "immediate stop of PostgreSQL, as when its machine dies; it recovers from its log",
            (scene, _) => scene.Signal("QUIT", "postgres")
        )
        {
            RecoversWithin = TimeSpan.FromSeconds(30),
        },
        new(
            "postgres-freeze",
            "all of PostgreSQL stands still for 5 s, as with a disk that hangs",
            (scene, cancelled) => FaultScene.Frozen(scene.PostgresProcesses(), AWhile, cancelled)
        ),
        new(
            "connections-cut",
            "the silos' connections are terminated every 300 ms for 5 s, in the middle of commits",
            CutConnections
        ),
        new(
            "row-locked",
            "somebody's transaction holds the hot SKU's stock row for 5 s",
            async (scene, cancelled) =>
            {
                await using var owner = await scene.Connect("owner", cancelled);
                await using var transaction = await owner.BeginTransactionAsync(cancelled);
                await FaultScene.Execute(
                    owner,
                    $"select 1 from mall.stock where sku_id = '{scene.HotSku}' for update",
                    cancelled
                );
                await Task.Delay(AWhile, cancelled);
            }
        ),
        new(
            "old-snapshot",
            "a report keeps its snapshot open for 20 s under a hot stock row",
            async (scene, cancelled) =>
            {
                await using var owner = await scene.Connect("owner", cancelled);
                await using var transaction = await owner.BeginTransactionAsync(
                    System.Data.IsolationLevel.RepeatableRead,
                    cancelled
                );
                await FaultScene.Execute(owner, "select count(*) from mall.stock", cancelled);
                await Task.Delay(LongerThanTheVote, cancelled);
            }
        ),
        new(
            "no-connections",
            "every connection that PostgreSQL has left is taken for 5 s, and a silo dies meanwhile",
            TakeAllConnections
        )
        {
            RecoversWithin = TimeSpan.FromSeconds(15),
        },
    ];

    private static async Task CutConnections(FaultScene scene, CancellationToken cancelled)
    {
        await using var silo = await scene.Connect("mall_silo", cancelled);
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < AWhile)
        {
            await FaultScene.Execute(
                silo,
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where usename = current_user and application_name like 'mall/%' and pid <> pg_backend_pid()
                """,
                cancelled
            );
            await Task.Delay(TimeSpan.FromMilliseconds(300), cancelled);
        }
    }

    private static async Task TakeAllConnections(FaultScene scene, CancellationToken cancelled)
    {
        var taken = new List<NpgsqlConnection>();
        try
        {
            var began = Stopwatch.GetTimestamp();
            var killed = false;
            while (Stopwatch.GetElapsedTime(began) < AWhile)
            {
                try
                {
                    taken.Add(await scene.Connect("owner", cancelled));
                }
                catch (PostgresException full)
                    when (full.SqlState == PostgresErrorCodes.TooManyConnections)
                {
                    if (!killed)
                    {
                        killed = true;
                        await scene.Signal("KILL", scene.Silos()[0]);
                    }
                    await Task.Delay(TimeSpan.FromMilliseconds(50), cancelled);
                }
            }
        }
        finally
        {
            foreach (var connection in taken)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
