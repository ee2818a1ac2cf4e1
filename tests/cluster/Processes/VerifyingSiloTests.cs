using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Processes;

/// <summary>Which of several silo processes verifies the books, and who goes on when it is killed.</summary>
public sealed class VerifyingSiloTests(PostgresFixture postgres)
{
    private const string Lock = """
        select coalesce(string_agg(a.application_name, ','), '')
        from pg_locks l
        join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'advisory'
            and l.granted
            and a.application_name like 'mall/%/verify'
            and a.datname = current_database()
        """;

    private static readonly (string, string) Often = ("Verification__Interval", "00:00:00.2");

    [Fact, Trait("Behaviour", "OPS-2")]
    public async Task One_of_two_silos_verifies_and_the_other_goes_on_when_it_is_killed()
    {
        await using var mall = await ProcessMall.Start(postgres.Server, settings: Often);
        await mall.AddSilo(Often);
        var sku = await mall.AddSku(stock: 10);
        var verifier = await Eventually.Is(() => mall.Read<string>(Lock), one => one.Length > 0);
        Assert.DoesNotContain(',', verifier);
        // Everything is due, too.
        await mall.Read<object>(
            "update verification set since = now() - interval '2 days' returning since"
        );
        await Eventually.Is(
            () => mall.Read<bool>("select full_at is not null from verification"),
            done => done
        );

        var killed = mall.Silos.Single(silo =>
            verifier.Contains($":{silo.Port}@", StringComparison.Ordinal)
        );
        var left = mall.Silos.Single(silo => silo != killed);
        killed.Kill();
        var next = await Eventually.Is(
            () => mall.Read<string>(Lock),
            one => one.Contains($":{left.Port}@", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30)
        );
        var epoch = await mall.Read<long>("select epoch from stock where sku_id = $1", sku);
        await mall.Read<object>(
            "update stock set available = available + 1 where sku_id = $1 returning available",
            sku
        );

        Assert.DoesNotContain(',', next);
        Assert.Equal(
            "stock",
            await Eventually.Is(
                () => mall.Read<string>("select coalesce(max(stopped_by), '') from sku"),
                by => by.Length > 0,
                TimeSpan.FromSeconds(60)
            )
        );
        Assert.True(
            await mall.Read<long>("select epoch from stock where sku_id = $1", sku) > epoch
        );
        Assert.Contains(
            "The books are wrong",
            await File.ReadAllTextAsync(left.LogFile, TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }
}
