using NBomber.Contracts;
using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Runner;
using PointsMall.LoadTests.Runner.Configuration;
using PointsMall.LoadTests.Runner.Engine;
using PointsMall.LoadTests.Runner.Reports;
using Serilog;
using Serilog.Events;
using Spectre.Console;

namespace NBomber.CSharp;

/// <summary>
/// Sets up a run and runs it. What NBomber has and this runner has not (sinks, plugins, infrastructure configs, clusters, licences) does not compile
/// here, or is refused by name when it comes from the command line: nothing is taken and then ignored.
/// </summary>
public static class NBomberRunner
{
    private static readonly TimeSpan ShortestReportingInterval = TimeSpan.FromSeconds(5);

    /// <exception cref="RunConfigException">No scenario, or two of one name.</exception>
    public static NBomberContext RegisterScenarios(params ScenarioProps[] scenarios)
    {
        ArgumentNullException.ThrowIfNull(scenarios);
        if (scenarios.Length == 0)
        {
            throw new RunConfigException("no scenario is registered");
        }
        var twice = scenarios.GroupBy(one => one.ScenarioName).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? new NBomberContext { Scenarios = [.. scenarios] }
            : throw new RunConfigException($"two scenarios are called '{twice.Key}'");
    }

    /// <summary>Settings in NBomber's JSON format; they beat those in code. Of several configs a later one beats an earlier.</summary>
    /// <param name="context">The run.</param>
    /// <param name="path">A file's path, a URL, or the JSON itself.</param>
    public static NBomberContext LoadConfig(this NBomberContext context, string path) =>
        context with
        {
            Configs = [.. context.Configs, path],
        };

    public static NBomberContext WithTestSuite(this NBomberContext context, string testSuite) =>
        context with
        {
            TestSuite = testSuite,
        };

    public static NBomberContext WithTestName(this NBomberContext context, string testName) =>
        context with
        {
            TestName = testName,
        };

    /// <summary>Only these of the registered scenarios.</summary>
    public static NBomberContext WithTargetScenarios(
        this NBomberContext context,
        params string[] scenarioNames
    ) => context with { TargetScenarios = [.. scenarioNames] };

    public static NBomberContext WithReportFormats(
        this NBomberContext context,
        params ReportFormat[] reportFormats
    ) => context with { ReportFormats = [.. reportFormats] };

    /// <summary><c>reports</c> when nothing is said.</summary>
    public static NBomberContext WithReportFolder(
        this NBomberContext context,
        string reportFolder
    ) => context with { ReportFolder = reportFolder };

    /// <summary>Without an extension. The session's id is in it when nothing is said.</summary>
    public static NBomberContext WithReportFileName(
        this NBomberContext context,
        string reportFileName
    ) => context with { ReportFileName = reportFileName };

    public static NBomberContext WithoutReports(this NBomberContext context) =>
        context with
        {
            ReportFormats = [],
        };

    /// <summary>How often thresholds are checked: every 5 s or more rarely.</summary>
    public static NBomberContext WithReportingInterval(
        this NBomberContext context,
        TimeSpan interval
    ) =>
        interval >= ShortestReportingInterval
            ? context with
            {
                ReportingInterval = interval,
            }
            : throw new RunConfigException("the reporting interval is 5 seconds or longer");

    /// <summary>How long open iterations may take after the end. 1 minute when nothing is said.</summary>
    public static NBomberContext WithScenarioCompletionTimeout(
        this NBomberContext context,
        TimeSpan timeout
    ) => context with { ScenarioCompletionTimeout = timeout };

    public static NBomberContext WithMinimumLogLevel(
        this NBomberContext context,
        LogEventLevel logLevel
    ) => context with { MinimumLogLevel = logLevel };

    /// <summary>Replaces the log to the error output.</summary>
    public static NBomberContext WithLoggerConfig(
        this NBomberContext context,
        Func<LoggerConfiguration> loggerConfig
    ) => context with { LoggerConfig = loggerConfig };

    /// <summary>The live table; shown when nothing is said.</summary>
    public static NBomberContext DisplayConsoleMetrics(this NBomberContext context, bool display) =>
        context with
        {
            ConsoleMetrics = display,
        };

    /// <exception cref="RunConfigException">The configuration can't be run.</exception>
    public static NodeStats Run(this NBomberContext context) => context.Run([]);

    /// <param name="context">The run.</param>
    /// <param name="args">
    /// <c>--config</c>, <c>--target</c>, <c>--session-id</c>, <c>--test-name</c>, <c>--test-suite</c>, <c>--display-console-metrics</c>; they beat code and configs.
    /// </param>
    /// <exception cref="RunConfigException">The arguments or the configuration can't be run.</exception>
    public static NodeStats Run(this NBomberContext context, string[] args)
    {
        var settings = RunSettings.Of(context, args);
        using var console = new ConsoleReport(AnsiConsole.Console);
        var run = new LoadRun(settings, new SystemClock(TimeProvider.System), console);
        return run.Run().GetAwaiter().GetResult();
    }
}
