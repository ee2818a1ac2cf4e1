using PointsMall.LoadTests.Faults.Rigs;

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
            (scene, cancelled) => scene.RollSilos(cancelled)
        )
        {
            Unnoticed = true,
        },
        new(
            "api-roll",
            "behind a balancer, each of two APIs and then each silo is stopped in order and started again",
            async (scene, cancelled) =>
            {
                await scene.RollApis(cancelled);
                await scene.RollSilos(cancelled);
            }
        )
        {
            Apis = 2,
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
            DatabaseFaults.CutConnections
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
            DatabaseFaults.TakeAllConnections
        )
        {
            RecoversWithin = TimeSpan.FromSeconds(15),
        },
        FaultPlan.With<SiloProxies>(
            "partition-silos",
            "the network between the silos carries nothing for 20 s; PostgreSQL and the API reach each of them",
            (data, silos) => Task.FromResult<IFaultRig>(new SiloProxies(data, silos)),
            NetworkFaults.PartSilos
        ) with
        {
            SellsAgainWithin = TimeSpan.FromSeconds(15),
        },
        FaultPlan.With<DatabaseProxies>(
            "partition-postgres",
            "the network between the hot gate's silo and PostgreSQL carries nothing until the silo has stopped itself, and 5 s more",
            (data, silos) => Task.FromResult<IFaultRig>(new DatabaseProxies(data, silos)),
            NetworkFaults.PartFromPostgres
        ) with
        {
            SellsAgainWithin = TimeSpan.FromSeconds(25),
        },
        FaultPlan.With<DatabaseProxies>(
            "batch-cut",
            "three times, a batch of the hot gate's silo is cut after some bytes while its connection stays open",
            (data, silos) => Task.FromResult<IFaultRig>(new DatabaseProxies(data, silos)),
            NetworkFaults.CutBatches
        ) with
        {
            SellsAgainWithin = TimeSpan.FromSeconds(5),
        },
        new(
            "slow-disk",
            "every flush of PostgreSQL's log takes 100 ms more for 10 s",
            MachineFaults.SlowDown
        )
        {
            Unnoticed = true,
        },
        FaultPlan.With<SmallLog>(
            "wal-full",
            "the file system of PostgreSQL's log is full for 15 s",
            (data, _) => SmallLog.Create(data),
            MachineFaults.FillTheLog
        ) with
        {
            RecoversWithin = TimeSpan.FromSeconds(60),
        },
        FaultPlan.With<FakeClocks>(
            "clock-jump",
            "the clock of the hot gate's silo jumps: 2 s ahead, 2 s behind, an hour ahead, an hour behind, 5 s each",
            (data, silos) => Task.FromResult<IFaultRig>(new FakeClocks(data, silos)),
            MachineFaults.JumpClock
        ),
    ];
}
