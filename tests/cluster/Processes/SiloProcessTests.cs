using System.Collections.Immutable;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Processes;

/// <summary>Silos as processes, under load, and what happens to them: whatever it is, clients were told the truth.</summary>
public sealed class SiloProcessTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Members = 64;
    private const long Stock = 1_000_000;

    [Fact, Trait("Behaviour", "RED-1"), Trait("Behaviour", "MKT-1"), Trait("Behaviour", "PTS-4")]
    public async Task A_silo_killed_three_times_under_load_has_every_order_once_and_answers_every_key()
    {
        await using var mall = await ProcessMall.Start(postgres.Server);
        var (shoppers, sku) = await Open(mall);

        for (var kill = 1; kill <= 3; kill++)
        {
            await shoppers.SellMore(300);
            mall.Silos[0].Kill();
            var killedAt = TimeProvider.System.GetTimestamp();
            await mall.Silos[0].Restart();
            await shoppers.SellMore(1);
            output.WriteLine(
                $"sold again {TimeProvider.System.GetElapsedTime(killedAt).TotalSeconds:0.0} s after kill {kill}"
            );
        }

        await mall.Check(await Close(shoppers), sku, Stock);
    }

    [Fact, Trait("Behaviour", "OPS-3")]
    public async Task A_silo_asked_to_end_under_load_drains_and_no_command_fails()
    {
        await using var mall = await ProcessMall.Start(postgres.Server);
        await mall.AddSilo();
        var (shoppers, sku) = await Open(mall);
        await shoppers.SellMore(300);

        mall.Silos[0].Terminate();
        var exitCode = await mall.Silos[0].ExitCode(TimeSpan.FromSeconds(60));
        await shoppers.SellMore(300);

        Assert.Equal(0, exitCode);
        var history = await Close(shoppers);
        // Sent units were drained and answered: at most a command was turned away before it ran.
        Assert.DoesNotContain(
            history.SelectMany(purchase => purchase.Detours),
            detour => detour is nameof(GrainInterfaces.RefusalCode.OutcomeUnknown)
        );
        await mall.Check(history, sku, Stock);
    }

    [Fact, Trait("Behaviour", "RED-1")]
    public async Task Postgres_crashing_under_load_loses_no_order_and_the_silo_recovers()
    {
        using var own = PostgresServer.Start();
        await using var mall = await ProcessMall.Start(own);
        var (shoppers, sku) = await Open(mall);

        for (var crash = 1; crash <= 2; crash++)
        {
            await shoppers.SellMore(300);
            own.Kill();
            own.Restart();
            var restartedAt = TimeProvider.System.GetTimestamp();
            await shoppers.SellMore(1);
            output.WriteLine(
                $"sold again {TimeProvider.System.GetElapsedTime(restartedAt).TotalSeconds:0.0} s after restart {crash}"
            );
        }

        await Eventually.Is(mall.Silos[0].IsReady, ready => ready);
        await mall.Check(await Close(shoppers), sku, Stock);
    }

    [Fact]
    public async Task A_silo_without_Postgres_stops_itself_and_serves_again_after_a_restart()
    {
        using var own = PostgresServer.Start();
        await using var mall = await ProcessMall.Start(own);
        var (shoppers, sku) = await Open(mall);
        await shoppers.SellMore(100);

        own.Kill();
        var killedAt = TimeProvider.System.GetTimestamp();
        int exitCode;
        try
        {
            exitCode = await mall.Silos[0].ExitCode(TimeSpan.FromSeconds(120));
        }
        finally
        {
            own.Restart();
        }
        output.WriteLine(
            $"stopped itself after {TimeProvider.System.GetElapsedTime(killedAt).TotalSeconds:0.0} s"
        );
        await mall.Silos[0].Restart();
        await shoppers.SellMore(100);

        Assert.Equal(3, exitCode);
        await mall.Check(await Close(shoppers), sku, Stock);
    }

    private static async Task<(Shoppers Shoppers, Guid SkuId)> Open(ProcessMall mall)
    {
        var sku = await mall.AddSku(Stock);
        var members = await mall.AddMembers(Members, points: 100_000_000);
        var shoppers = new Shoppers(mall.Client.Grains, sku, members);
        shoppers.Start();
        return (shoppers, sku);
    }

    /// <summary>Everybody has points and there is stock: each key ended with an order.</summary>
    private async Task<ImmutableArray<Purchase>> Close(Shoppers shoppers)
    {
        var history = await shoppers.Finish();
        var detours = history.SelectMany(purchase => purchase.Detours).CountBy(detour => detour);
        output.WriteLine($"{history.Length} keys; on the way: {string.Join(", ", detours)}");
        Assert.All(history, purchase => Assert.Null(purchase.Refusal));
        return history;
    }
}
