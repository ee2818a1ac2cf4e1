using PointsMall.LoadTests.Faults.Rigs;

namespace PointsMall.LoadTests.Faults;

/// <summary>What can happen between the machines.</summary>
internal static class NetworkFaults
{
    /// <summary>Longer than three missed probes of 2 s and the vote.</summary>
    private static readonly TimeSpan LongerThanTheVote = TimeSpan.FromSeconds(20);

    /// <summary>10 s without the database (Silo:DatabasePatience), 5 s to end, and some for a machine that is busy.</summary>
    private static readonly TimeSpan StopsItselfWithin = TimeSpan.FromSeconds(20);

    /// <summary>A cut batch is ended after 3 s (Committer:CommitTime); the next one is to hit a silo that is well.</summary>
    private static readonly TimeSpan BetweenCuts = TimeSpan.FromSeconds(5);

    private static readonly int[] CutAfterBytes = [6_000, 700, 20_000];

    public static async Task PartSilos(
        FaultScene scene,
        SiloProxies proxies,
        CancellationToken cancelled
    )
    {
        proxies.Stall();
        try
        {
            await Task.Delay(LongerThanTheVote, cancelled);
        }
        finally
        {
            proxies.Resume();
        }
    }

    public static async Task PartFromPostgres(
        FaultScene scene,
        DatabaseProxies proxies,
        CancellationToken cancelled
    )
    {
        var silo = scene.SiloOfTheGate;
        var process = scene.Process(silo);
        var proxy = proxies.Of(silo);
        proxy.Stall();
        try
        {
            if (
                !await FaultScene.Comes(
                    () => Task.FromResult(FaultScene.HasEnded(process)),
                    StopsItselfWithin,
                    cancelled
                )
            )
            {
                scene.Wrong($"{silo} has not stopped itself");
            }
            // Started again meanwhile, it finds no database; the others sell.
            await Task.Delay(BetweenCuts, cancelled);
        }
        finally
        {
            proxy.Resume();
        }
    }

    public static async Task CutBatches(
        FaultScene scene,
        DatabaseProxies proxies,
        CancellationToken cancelled
    )
    {
        var proxy = proxies.Of(scene.SiloOfTheGate);
        foreach (var bytes in CutAfterBytes)
        {
            var cuts = proxy.Cuts;
            proxy.CutAfter(bytes);
            await Task.Delay(BetweenCuts, cancelled);
            if (proxy.Cuts == cuts)
            {
                scene.Wrong($"nothing was cut after {bytes} bytes");
            }
        }
    }
}
