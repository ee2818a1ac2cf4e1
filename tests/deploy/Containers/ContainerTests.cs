using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace PointsMall.Tests.Deploy.Containers;

/// <summary>What the container files publish, run as docker-compose.yml runs it.</summary>
public sealed class ContainerTests(ITestOutputHelper output)
{
    [Fact, Trait("Behaviour", "OPS-2"), Trait("Behaviour", "OPS-3")]
    public async Task The_published_hosts_serve_from_a_read_only_root_as_nobody_in_particular()
    {
        Assert.SkipUnless(
            await Container.IsPossible(),
            "mount namespaces need root, with unshare and setpriv of util-linux"
        );
        var watch = Stopwatch.StartNew();
        await using var mall = await ComposedMall.Prepare();
        Say("published");

        var migrated = await mall.Run("migrate", ComposedMall.SiloA);
        Assert.True(migrated.ExitCode == 0, migrated.Said);
        Assert.Equal(1, await mall.Health("silo", ComposedMall.SiloA));
        Say("migrated");

        await using var siloA = mall.Start("silo", ComposedMall.SiloA);
        await using var siloB = mall.Start("silo", ComposedMall.SiloB);
        await using var api = mall.Start("api", ComposedMall.Api);
        try
        {
            await BecomesHealthy(
                mall,
                ("silo", ComposedMall.SiloA),
                ("silo", ComposedMall.SiloB),
                ("api", ComposedMall.Api)
            );
            Say("healthy");
            Assert.All([siloA, siloB, api], IsConfined);

            await mall.Seed();
            var first = await Redeem(mall, "first");
            Assert.Equal(first, await Redeem(mall, "first"));
            Assert.Contains(
                "pointsmall_commit_",
                await Metrics(mall, ComposedMall.SiloA) + await Metrics(mall, ComposedMall.SiloB)
            );
            Say("redeemed");

            await Eventually.Is(
                () =>
                    mall.Read<long>(
                        "select count(*) from ledger_checkpoint where signature is not null"
                    ),
                signed => signed > 0
            );

            Assert.Equal(0, await siloA.Stop(mall.Grace("silo")));
            Assert.Equal(1, await mall.Health("silo", ComposedMall.SiloA));
            Assert.NotEqual(first, await Redeem(mall, "second"));
            Assert.Equal(0, await api.Stop(mall.Grace("api")));
            Assert.Equal(0, await siloB.Stop(mall.Grace("silo")));
            Say("stopped");
        }
        finally
        {
            output.WriteLine($"silo A:\n{siloA.Said}\nsilo B:\n{siloB.Said}\nAPI:\n{api.Said}");
        }
        // Nobody tried to write where nothing may be written, or to read what is not its own.
        Assert.All(
            [siloA, siloB, api],
            container =>
                Assert.DoesNotMatch(
                    "(?i)read-only file|permission denied|unauthorizedaccess",
                    container.Said
                )
        );
        Assert.Equal(2, await mall.Read<long>("select count(*) from redemption_order"));

        void Say(string what) => output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: {what}");
    }

    private static void IsConfined(Container container)
    {
        Assert.Equal("1654\t1654\t1654\t1654", container.Status("Uid"));
        Assert.Equal("1654\t1654\t1654\t1654", container.Status("Gid"));
        Assert.Equal("", container.Status("Groups"));
        Assert.Equal("0000000000000000", container.Status("CapEff"));
        Assert.Equal("1", container.Status("NoNewPrivs"));
        Assert.Contains("ro", container.MountOptions("/"));
        Assert.Contains("ro", container.MountOptions("/app"));
        Assert.False(container.HasFile("/bin/sh") || container.HasFile("/usr/bin/sh"));
    }

    private static async Task BecomesHealthy(
        ComposedMall mall,
        params (string Service, int Number)[] containers
    )
    {
        foreach (var (service, number) in containers)
        {
            await Eventually.Is(
                () => mall.Health(service, number),
                exitCode => exitCode == 0,
                TimeSpan.FromSeconds(90)
            );
        }
    }

    private static async Task<string> Redeem(ComposedMall mall, string key)
    {
        var member = await mall.Read<Guid>(
            "select member_id from member where external_id = 'demo-001'"
        );
        var mug = await mall.Read<Guid>("select sku_id from sku where code = 'MUG-WHITE'");
        using var http = new HttpClient
        {
            BaseAddress = new Uri($"http://{mall.Address(ComposedMall.Api)}:8080"),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/me/redemptions");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            await mall.Token(member)
        );
        request.Headers.Add("Idempotency-Key", key);
        request.Content = new StringContent(
            $$"""{"items":[{"skuId":"{{mug}}","quantity":1}]}""",
            Encoding.UTF8,
            "application/json"
        );
        using var answer = await http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonNode.Parse(body).Text("order", "orderId")!;
    }

    private static async Task<string> Metrics(ComposedMall mall, int silo)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"http://{mall.Address(silo)}:9464/metrics"));
    }
}
