using System.Globalization;

namespace PointsMall.Tests.Cli;

/// <summary><c>mall silo</c>: more and fewer silos of a mall that runs.</summary>
public sealed class SiloTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DataFolder _folder = new();
    private string Data => _folder.FullName;

    [Fact]
    [Trait("Behaviour", "OPS-2")]
    public async Task A_silo_is_added_stopped_and_comes_back_on_its_ports()
    {
        await using var mall = await RunningMall.Start(Data, "--no-seed");

        Assert.Equal("silo2 is ready", await Silo("add"));
        var second = Row(await Silo("list"), "silo2");
        Assert.Equal("ready", second[1]);
        Assert.Equal(mall.Processes()["silo2"], int.Parse(second[2], CultureInfo.InvariantCulture));
        Assert.Equal("2", await mall.Query("select count(*) from orleans.silo where status = 3"));

        Assert.Equal("silo2 has stopped", await Silo("stop", "2"));
        Assert.DoesNotContain("silo2", mall.Processes().Keys);
        Assert.DoesNotContain("silo2", await Silo("list"), StringComparison.Ordinal);

        Assert.Equal("silo2 is ready", await Silo("add"));
        Assert.Equal(second[3..], Row(await Silo("list"), "silo2")[3..]);
    }

    [Fact]
    [Trait("Behaviour", "OPS-2")]
    public async Task A_killed_silo_is_started_again_and_the_last_one_is_not_stopped()
    {
        await using var mall = await RunningMall.Start(Data, "--no-seed");
        var first = mall.Processes()["silo1"];

        var refused = await Terminal.Mall("silo", "stop", "1", "--data", Data);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(
            "silo1 is the only silo; add another first",
            refused.Errors,
            StringComparison.Ordinal
        );
        Assert.True(RunningMall.IsAlive(first));

        Assert.StartsWith("silo1 (process ", await Silo("kill", "1"), StringComparison.Ordinal);
        Assert.False(RunningMall.IsAlive(first));
        using var patience = new CancellationTokenSource(Patience);
        while (Row(await Silo("list"), "silo1")[1] != "ready")
        {
            patience.Token.ThrowIfCancellationRequested();
        }
        Assert.NotEqual(first, mall.Processes()["silo1"]);
    }

    [Fact]
    public async Task Silos_of_a_mall_that_does_not_run_are_no_ones()
    {
        Directory.CreateDirectory($"{Data}/run");
        var output = await Terminal.Mall("silo", "add", "--data", Data);

        Assert.Equal(1, output.ExitCode);
        Assert.Contains("no mall runs in", output.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> Silo(params string[] arguments)
    {
        var output = await Terminal.Mall(["silo", .. arguments, "--data", Data]);
        Assert.True(output.ExitCode == 0, output.Errors);
        return output.Text.Trim();
    }

    private static string[] Row(string table, string silo) =>
        table
            .Split('\n')
            .Single(line => line.StartsWith($"{silo} ", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
