using PointsMall.LoadTests.Bench;

namespace PointsMall.Tests.Load.Bench;

public sealed class BenchCommandLineTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("15s", 15)]
    [InlineData("30m", 1_800)]
    [InlineData("1h", 3_600)]
    [InlineData("00:01:30", 90)]
    [InlineData("0", null)]
    [InlineData("-5s", null)]
    [InlineData("5 s", null)]
    [InlineData("5ss", null)]
    [InlineData("s", null)]
    [InlineData("", null)]
    public void A_duration_is_seconds_or_has_a_unit(string text, int? seconds) =>
        Assert.Equal(
            seconds is { } some ? TimeSpan.FromSeconds(some) : null,
            BenchCommandLine.ParseDuration(text)
        );

    [Fact]
    public async Task Everything_that_was_said_arrives()
    {
        var options = await Parse(
            "flash_sale soak --silos 2 --rate 500 --duration 15s --report out --config a.json --members 10 --lots 3 --skus 4 --stock 5 --population small --flush-delay 2 --data d --keep"
        );

        Assert.Equal(["flash_sale", "soak"], options!.Scenarios);
        Assert.Equal(
            new BenchOptions
            {
                Scenarios = options.Scenarios,
                Silos = 2,
                Rate = 500,
                Duration = TimeSpan.FromSeconds(15),
                Report = "out",
                Config = "a.json",
                Members = 10,
                Lots = 3,
                Skus = 4,
                Stock = 5,
                Population = Population.Small,
                FlushDelayMs = 2,
                Data = "d",
                Keep = true,
            },
            options
        );
    }

    [Fact]
    public async Task Nothing_said_leaves_it_to_the_scenarios()
    {
        var options = await Parse("");

        Assert.Empty(options!.Scenarios);
        Assert.Equal(new BenchOptions { Scenarios = options.Scenarios }, options);
    }

    [Theory]
    [InlineData("x --rate 0")]
    [InlineData("x --rate many")]
    [InlineData("x --silos 17")]
    [InlineData("x --lots 25")]
    [InlineData("x --against ftp://127.0.0.1")]
    [InlineData("x --population huge")]
    [InlineData("x --duration soon")]
    [InlineData("x --wrong")]
    [InlineData("x --rate")]
    public async Task What_makes_no_sense_does_not_run(string arguments) =>
        Assert.Null(await Parse(arguments));

    private static async Task<BenchOptions?> Parse(string arguments)
    {
        BenchOptions? ran = null;
        var command = BenchCommandLine.Create(
            (options, _) =>
            {
                ran = options;
                return Task.FromResult(0);
            },
            (_, _) => Task.FromResult(0)
        );
        var output = new StringWriter();
        await command
            .Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .InvokeAsync(
                new() { Output = output, Error = output },
                TestContext.Current.CancellationToken
            );
        return ran;
    }
}
