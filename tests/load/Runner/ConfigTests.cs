using Microsoft.Extensions.Configuration;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Runner;
using PointsMall.LoadTests.Runner.Configuration;
using static PointsMall.Tests.Load.Runner.VirtualRun;

namespace PointsMall.Tests.Load.Runner;

public sealed class ConfigTests
{
    private const string Full = """
        {
          // as NBomber writes it
          "TestSuite": "mall",
          "TestName": "flash sale",
          "TargetScenarios": ["shop"],
          "ScenarioCompletionTimeout": "00:00:30",
          "GlobalSettings": {
            "ScenariosSettings": [
              {
                "ScenarioName": "shop",
                "WarmUpDuration": "00:00:02",
                "LoadSimulationsSettings": [
                  { "RampingInject": [50, "00:00:01", "00:00:10"] },
                  { "Inject": [50, "00:00:01", "00:00:20"] },
                  { "InjectRandom": [10, 20, "00:00:01", "00:00:05"] },
                  { "Pause": "00:00:03" },
                ],
                "ThresholdSettings": [
                  { "OkRequest": "RPS > 30" },
                  { "StepName": "buy", "OkLatency": "p75 < 80", "AbortWhenErrorCount": 5, "StartCheckAfter": "00:00:10" }
                ],
                "CustomSettings": { "Stock": 100, "Skus": ["a", "b"] },
                "MaxFailCount": 7,
                "StatsBasedOnIterations": true
              },
              { "ScenarioName": "not in this run", "MaxFailCount": 1 }
            ],
            "GlobalCustomSettings": { "Url": "http://localhost" },
            "ReportFileName": "sale",
            "ReportFolder": "out",
            "ReportFormats": ["Html", "txt"],
            "ReportingInterval": "00:00:10"
          }
        }
        """;

    [Fact]
    public void A_config_beats_the_code()
    {
        var context = Read(Full);

        Assert.Equal(("mall", "flash sale"), (context.TestSuite, context.TestName));
        Assert.Equal(("sale", "out"), (context.ReportFileName, context.ReportFolder));
        Assert.Equal([ReportFormat.Html, ReportFormat.Txt], context.ReportFormats);
        Assert.Equal(Seconds(10), context.ReportingInterval);
        Assert.Equal(Seconds(30), context.ScenarioCompletionTimeout);
        Assert.Equal("http://localhost", context.GlobalCustomSettings["Url"]);
        var scenario = Assert.Single(context.Scenarios);
        Assert.Equal("shop", scenario.ScenarioName);
        Assert.Equal(Seconds(2), scenario.WarmUpDuration);
        Assert.Equal(
            [
                Simulation.RampingInject(50, Second, Seconds(10)),
                Simulation.Inject(50, Second, Seconds(20)),
                Simulation.InjectRandom(10, 20, Second, Seconds(5)),
                Simulation.Pause(Seconds(3)),
            ],
            scenario.LoadSimulations
        );
        Assert.Equal((7, true), (scenario.MaxFailCount, scenario.StatsBasedOnIterations));
        Assert.Equal("100", scenario.CustomSettings["Stock"]);
        Assert.Equal(["a", "b"], scenario.CustomSettings.GetSection("Skus").Get<string[]>()!);
        Assert.Equal(2, scenario.Thresholds.Count);
        Assert.Equal("OkRequest RPS > 30", scenario.Thresholds[0].Text);
        Assert.Equal(
            ("buy", 5, Seconds(10)),
            (
                scenario.Thresholds[1].StepName,
                scenario.Thresholds[1].AbortWhenErrorCount,
                scenario.Thresholds[1].StartCheckAfter
            )
        );
    }

    [Fact]
    public void Every_closed_simulation_can_be_configured()
    {
        Assert.Equal(
            [Simulation.RampingConstant(2, Second), Simulation.KeepConstant(2, Second)],
            Simulations(
                """{ "RampingConstant": [2, "00:00:01"] }, { "KeepConstant": [2, "00:00:01"] }"""
            )
        );
        Assert.Equal(
            [Simulation.IterationsForConstant(2, 9)],
            Simulations("""{ "IterationsForConstant": [2, 9] }""")
        );
        Assert.Equal(
            [Simulation.IterationsForInject(2, Second, 9)],
            Simulations("""{ "IterationsForInject": [2, "00:00:01", 9] }""")
        );
    }

    [Theory]
    [InlineData("""{ "TestNmae": "x" }""", "TestNmae")]
    [InlineData("""{ "TestName": 1 }""", "TestName is 1")]
    [InlineData(
        """{ "GlobalSettings": { "ReportFormats": ["Pdf"] } }""",
        "GlobalSettings.ReportFormats[0]"
    )]
    [InlineData(
        """{ "GlobalSettings": { "ReportingInterval": "00:00:01" } }""",
        "GlobalSettings.ReportingInterval"
    )]
    [InlineData(
        """{ "GlobalSettings": { "ScenariosSettings": [{}] } }""",
        "GlobalSettings.ScenariosSettings[0]"
    )]
    [InlineData("""{ "ClusterSettings": {} }""", "one node")]
    [InlineData("""{ "TargetScenarios": ["shpo"] }""", "there is no scenario 'shpo'")]
    [InlineData("{ oops", "config:")]
    [InlineData("no/such/file.json", "no/such/file.json")]
    public void A_bad_config_is_refused_with_the_path_of_the_field(string json, string message) =>
        AssertRefused(json, message);

    [Theory]
    [InlineData("\"WarmUpDuration\": \"2 s\"", "WarmUpDuration is \"2 s\"")]
    [InlineData("\"MaxFailCount\": 0", "MaxFailCount is 0")]
    [InlineData("\"StatsBasedOnIterations\": 1", "StatsBasedOnIterations is 1")]
    [InlineData("\"Steps\": 1", "Steps")]
    [InlineData(
        "\"LoadSimulationsSettings\": [{ \"Inject\": [50, \"fast\", \"00:00:01\"] }]",
        "LoadSimulationsSettings[0].Inject[1]"
    )]
    [InlineData(
        "\"LoadSimulationsSettings\": [{ \"Inject\": [50] }]",
        "LoadSimulationsSettings[0].Inject"
    )]
    [InlineData(
        "\"LoadSimulationsSettings\": [{ \"Injekt\": [50] }]",
        "LoadSimulationsSettings[0].Injekt"
    )]
    [InlineData(
        "\"ThresholdSettings\": [{ \"OkRequest\": \"RPS is 30\" }]",
        "ThresholdSettings[0].OkRequest"
    )]
    [InlineData("\"ThresholdSettings\": [{ \"OkRequest\": \"p99 < 30\" }]", "RPS or Percent")]
    [InlineData("\"ThresholdSettings\": [{ \"StepName\": \"buy\" }]", "ThresholdSettings[0]")]
    [InlineData(
        "\"ThresholdSettings\": [{ \"StatusCode\": [\"500\", \"RPS < 5\"] }]",
        "ThresholdSettings[0].StatusCode[1]"
    )]
    public void A_bad_scenario_setting_is_refused_with_its_path(string setting, string message) =>
        AssertRefused(
            $$"""{ "GlobalSettings": { "ScenariosSettings": [{ "ScenarioName": "shop", {{setting}} }] } }""",
            message
        );

    [Theory]
    [InlineData("\"OkRequest\": \"RPS > 7\"", true)]
    [InlineData("\"OkRequest\": \"RPS > 8\"", false)]
    [InlineData("\"OkRequest\": \"Percent >= 80\"", true)]
    [InlineData("\"FailRequest\": \"Percent < 20\"", false)]
    [InlineData("\"FailRequest\": \"Percent <= 20\"", true)]
    [InlineData("\"OkLatency\": \"p75 < 80\"", false)]
    [InlineData("\"OkLatency\": \"P99 <= 100.1\"", true)]
    [InlineData("\"OkLatency\": \"max = 100\"", true)]
    [InlineData("\"OkDataTransfer\": \"mean < 10\"", false)]
    [InlineData("\"StatusCode\": [\"500\", \"Percent < 20\"]", false)]
    [InlineData("\"StatusCode\": [\"404\", \"Percent < 1\"]", true)]
    [InlineData("\"StepName\": \"buy\", \"OkRequest\": \"RPS > 7\"", true)]
    [InlineData("\"StepName\": \"pay\", \"OkRequest\": \"RPS > 0\"", false)]
    [InlineData("\"Metric\": [\"tries\", \"value < 1000\"]", true)]
    [InlineData("\"Metric\": [\"tries\", \"value < 100\"]", false)]
    [InlineData("\"Metric\": [\"lost\", \"value < 100\"]", false)]
    public async Task A_configured_threshold_checks_what_it_says(string threshold, bool passes)
    {
        var clock = new VirtualClock();
        var counter = Metric.CreateCounter("tries", "tries");
        var number = 0;
        var scenario = Making(
                async context =>
                {
                    counter.Add(1);
                    await Step.Run(
                        "buy",
                        context,
                        async () =>
                        {
                            var fails = ++number % 5 == 0;
                            await clock.Delay(Seconds(0.1));
                            return fails ? Response.Fail("500") : Response.Ok(sizeBytes: 10);
                        }
                    );
                    return Response.Ok();
                },
                Simulation.IterationsForConstant(1, 100)
            )
            .WithInit(context =>
            {
                context.RegisterMetric(counter);
                return Task.CompletedTask;
            });

        var run = await VirtualRun.Of(
            clock,
            NBomberRunner
                .RegisterScenarios(scenario)
                .LoadConfig(
                    $$"""{ "GlobalSettings": { "ScenariosSettings": [{ "ScenarioName": "shop", "ThresholdSettings": [{ {{threshold}} }] }] } }"""
                )
        );

        Assert.Equal(passes, run.Report.Passed);
    }

    [Fact]
    public void The_command_line_beats_the_config()
    {
        using var file = new TemporaryConfig(
            """{ "TestName": "from the config", "TestSuite": "mall" }"""
        );

        var context = RunSettings.Of(
            NBomberRunner.RegisterScenarios(Shop, Scenario.Empty("browse"), Scenario.Empty("earn")),
            [
                $"--config={file.Path}",
                "--test-name",
                "from the command line",
                "--session-id=s1",
                "--target=shop",
                "--target",
                "earn",
                "--display-console-metrics=false",
            ]
        );

        Assert.Equal(("mall", "from the command line"), (context.TestSuite, context.TestName));
        Assert.Equal(("s1", false), (context.SessionId, context.ConsoleMetrics));
        Assert.Equal(["shop", "earn"], context.Scenarios.Select(one => one.ScenarioName));
    }

    [Theory]
    [InlineData("--cluster-id=x", "one node")]
    [InlineData("--cluster-local-dev=true", "one node")]
    [InlineData("--license=x", "no licence")]
    [InlineData("--infra=x", "no infrastructure config")]
    [InlineData("--traget=x", "there is no such argument")]
    [InlineData("--target", "needs a value")]
    [InlineData("--display-console-metrics=maybe", "true or false")]
    [InlineData("shop", "begins with --")]
    public void An_argument_that_does_nothing_here_is_refused(string argument, string message)
    {
        var refusal = Assert.Throws<RunConfigException>(() =>
            RunSettings.Of(NBomberRunner.RegisterScenarios(Shop), [argument])
        );

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith(argument.Split('=')[0], refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scenarios_have_names_of_their_own()
    {
        Assert.Throws<RunConfigException>(() => NBomberRunner.RegisterScenarios());
        Assert.Throws<RunConfigException>(() => NBomberRunner.RegisterScenarios(Shop, Shop));
    }

    private static ScenarioProps Shop =>
        Making(
            _ => Task.FromResult<IResponse>(Response.Ok()),
            Simulation.KeepConstant(1, Seconds(1))
        );

    private static NBomberContext Read(string config) =>
        RunSettings.Of(
            NBomberRunner
                .RegisterScenarios(Shop, Scenario.Empty("browse"))
                .WithTestName("from the code")
                .LoadConfig(config),
            []
        );

    private static IReadOnlyList<LoadSimulation> Simulations(string settings) =>
        Read(
            $$"""{ "GlobalSettings": { "ScenariosSettings": [{ "ScenarioName": "shop", "LoadSimulationsSettings": [{{settings}}] }] } }"""
        )
            .Scenarios[0]
            .LoadSimulations;

    private static void AssertRefused(string config, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<RunConfigException>(() => Read(config)).Message,
            StringComparison.Ordinal
        );

    private sealed class TemporaryConfig : IDisposable
    {
        public TemporaryConfig(string json)
        {
            Path = System.IO.Path.GetTempFileName();
            File.WriteAllText(Path, json);
        }

        public string Path { get; }

        public void Dispose() => File.Delete(Path);
    }
}
