using System.Diagnostics;

namespace PointsMall.Tests.Cli;

/// <summary><c>mall down</c>, and what a mall finds again.</summary>
public sealed class DownTests(ITestOutputHelper output) : IDisposable
{
    private readonly DataFolder _folder = new();
    private string Data => _folder.FullName;

    [Fact]
    [Trait("Behaviour", "PTS-4")]
    public async Task What_was_redeemed_is_there_after_down_and_up()
    {
        string member;
        string token;
        int[] processes;
        await using (var first = await RunningMall.Start(Data))
        {
            processes = [.. first.Processes().Values];
            member = await first.Query(
                "select member_id from member where external_id = 'demo-006'"
            );
            token = await first.Token("member", member);
            await Redeem(first, token);

            var down = await Terminal.Mall("down", "--data", Data);

            Assert.True(down.ExitCode == 0, down.Errors);
            Assert.Equal(0, await first.Ended());
            Assert.DoesNotContain(processes, RunningMall.IsAlive);
            Assert.Empty(Directory.GetFiles($"{Data}/run"));
        }

        var verify = await Terminal.Mall("verify", "--data", Data);
        Assert.True(verify.ExitCode == 0, verify.Text + verify.Errors);

        var started = Stopwatch.GetTimestamp();
        await using var again = await RunningMall.Start(Data);
        output.WriteLine($"a later start took {Stopwatch.GetElapsedTime(started)}");
        var orders = await again.Get("/v1/me/orders", token);
        Assert.Equal(1, orders.GetProperty("items").GetArrayLength());
        var replay = await Redeem(again, token);
        Assert.Equal(orders.GetProperty("items")[0].GetProperty("orderId").GetString(), replay);
    }

    [Fact]
    public async Task Down_stops_what_is_left_of_an_up_that_was_killed()
    {
        await using var mall = await RunningMall.Start(Data, "--no-seed");
        var processes = mall.Processes();
        await RunningMall.Signal(processes["up"], "KILL");
        await mall.Ended();
        var left = processes.Where(process => process.Key != "up").ToList();
        Assert.All(left, process => Assert.True(RunningMall.IsAlive(process.Value), process.Key));

        var down = await Terminal.Mall("down", "--data", Data);

        Assert.True(down.ExitCode == 0, down.Errors);
        Assert.DoesNotContain(left, process => RunningMall.IsAlive(process.Value));
    }

    [Fact]
    public async Task Down_leaves_a_stranger_alone_that_has_a_recycled_process_number()
    {
        using var stranger = Terminal.Start("sleep", "300");
        Directory.CreateDirectory($"{Data}/run");
        await File.WriteAllTextAsync($"{Data}/run/silo1", $"{stranger.Id} another-boot:1\n");

        var down = await Terminal.Mall("down", "--data", Data);

        Assert.True(down.ExitCode == 0, down.Errors);
        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    [Fact]
    public async Task A_closed_terminal_leaves_the_mall_running()
    {
        await using var mall = await RunningMall.Start(Data, "--no-seed");

        await RunningMall.Signal(mall.UpPid, "HUP");
        await RunningMall.Signal(mall.Processes()["api"], "KILL");

        await RunningMall.Until(
            () => Task.FromResult(File.Exists($"{Data}/logs/up.log")),
            "what up says goes to its log"
        );
        await RunningMall.Until(
            async () =>
            {
                try
                {
                    using var answer = await mall.Api.GetAsync("/healthz/ready");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the api is started again"
        );
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<string?> Redeem(RunningMall mall, string token)
    {
        var sku = await mall.Query("select sku_id from sku where code = 'MUG-INDIGO'");
        var redeemed = await mall.Post(
            "/v1/me/redemptions",
            token,
            "kept",
            $$"""{ "items": [ { "skuId": "{{sku}}", "quantity": 1 } ] }"""
        );
        return redeemed.GetProperty("order").GetProperty("orderId").GetString();
    }
}
