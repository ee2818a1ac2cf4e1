using Microsoft.Extensions.Configuration;
using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Runner;
using Serilog;
using Serilog.Events;

namespace NBomber.Contracts;

/// <summary>A run before it starts. Made by <see cref="NBomber.CSharp.NBomberRunner"/>.</summary>
public sealed record NBomberContext
{
    public required IReadOnlyList<ScenarioProps> Scenarios { get; init; }
    internal IReadOnlyList<string> Configs { get; init; } = [];
    internal string TestSuite { get; init; } = "points mall";
    internal string TestName { get; init; } = "load test";
    internal string? SessionId { get; init; }

    /// <summary>Null for all.</summary>
    internal IReadOnlyList<string>? TargetScenarios { get; init; }

    /// <summary>Empty for none.</summary>
    internal IReadOnlyList<ReportFormat> ReportFormats { get; init; } =
    [ReportFormat.Html, ReportFormat.Md, ReportFormat.Txt, ReportFormat.Csv];
    internal string ReportFolder { get; init; } = "reports";
    internal string? ReportFileName { get; init; }
    internal TimeSpan ReportingInterval { get; init; } = TimeSpan.FromSeconds(5);
    internal TimeSpan ScenarioCompletionTimeout { get; init; } = TimeSpan.FromMinutes(1);
    internal bool ConsoleMetrics { get; init; } = true;
    internal LogEventLevel MinimumLogLevel { get; init; } = LogEventLevel.Information;
    internal Func<LoggerConfiguration>? LoggerConfig { get; init; }
    internal IConfiguration GlobalCustomSettings { get; init; } =
        new ConfigurationBuilder().Build();
    internal IRunExtras? Extras { get; init; }
}
