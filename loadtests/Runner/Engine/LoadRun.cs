using System.Globalization;
using System.Runtime.InteropServices;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Runner.Reports;
using Serilog.Core;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>A run from its scenarios' init to its reports.</summary>
internal sealed class LoadRun(NBomberContext settings, RunClock clock, IRunConsole console)
{
    private readonly MetricRegistry _metrics = new();
    private DateTimeOffset _startedAt;

    public async Task<NodeStats> Run()
    {
        using var logger = Logging.Logger(settings);
        using var session = new RunSession(TestInfo(), logger);
        List<ScenarioProps> begun = [];
        IReadOnlyList<ScenarioResult> results;
        GeneratorReport generator;
        IReadOnlyList<MetricSeries> theirs = [];
        try
        {
            await Init(session, begun);
            await WarmUp(session);
            (results, generator) = await Load(session);
            theirs = await TheirMetrics(logger);
        }
        finally
        {
            await Clean(session, begun);
        }
        try
        {
            return await Report(session, results, generator, theirs);
        }
        finally
        {
            foreach (var result in results)
            {
                result.Run.Dispose();
            }
        }
    }

    private TestInfo TestInfo()
    {
        var now = clock.UtcNow;
        var id =
            settings.SessionId
            ?? $"{now.UtcDateTime.ToString("yyyy-MM-dd_HH.mm.ss", CultureInfo.InvariantCulture)}_{Guid.CreateVersion7(now).ToString("N")[^4..]}";
        return new(id, settings.TestSuite, settings.TestName);
    }

    private async Task Init(RunSession session, List<ScenarioProps> begun)
    {
        foreach (var scenario in settings.Scenarios)
        {
            begun.Add(scenario);
            if (scenario.Init is { } init)
            {
                await init(Context(session, scenario, ScenarioOperation.Init));
            }
        }
    }

    /// <summary>A throw does not hide what the run has measured, but is said.</summary>
    private async Task Clean(RunSession session, List<ScenarioProps> begun)
    {
        foreach (var scenario in begun)
        {
            try
            {
                if (scenario.Clean is { } clean)
                {
                    await clean(Context(session, scenario, ScenarioOperation.Clean));
                }
            }
            catch (Exception fault)
            {
                session.Logger.Error(
                    fault,
                    "The clean of scenario {Scenario} failed",
                    scenario.ScenarioName
                );
            }
        }
    }

    private InitContext Context(
        RunSession session,
        ScenarioProps scenario,
        ScenarioOperation operation
    ) => new(session, _metrics, scenario, settings.GlobalCustomSettings, operation);

    private async Task WarmUp(RunSession session)
    {
        List<ScenarioRun> runs =
        [
            .. Runnable()
                .Where(one => one.WarmUpDuration > TimeSpan.Zero)
                .Select(one => new ScenarioRun(
                    session,
                    clock,
                    one,
                    LoadPlan.WarmUp(one),
                    OperationType.WarmUp
                )),
        ];
        await Play(session, runs, everySecond: null);
        runs.ForEach(one => one.Dispose());
    }

    private async Task<(IReadOnlyList<ScenarioResult>, GeneratorReport)> Load(RunSession session)
    {
        List<ScenarioResult> results =
        [
            .. Runnable()
                .Select(one => new ScenarioResult(
                    new(session, clock, one, LoadPlan.Of(one), OperationType.Bombing)
                )),
        ];
        _startedAt = clock.UtcNow;
        if (settings.Extras is { } extras)
        {
            await extras.Started(_startedAt);
        }
        using var generator = new GeneratorWatch(clock);
        var watch = new LoadWatch(
            session,
            clock,
            results,
            _metrics,
            generator,
            settings.ReportingInterval,
            points =>
            {
                if (settings.ConsoleMetrics)
                {
                    console.Interval(points);
                }
            }
        );
        if (settings.ConsoleMetrics)
        {
            console.Begin(Beginning(session, results));
        }
        await Play(session, [.. results.Select(one => one.Run)], watch);
        watch.Finish();
        return (results, generator.Report());
    }

    private static RunBeginning Beginning(
        RunSession session,
        IReadOnlyList<ScenarioResult> results
    ) =>
        new(
            session.TestInfo.TestSuite,
            session.TestInfo.TestName,
            session.TestInfo.SessionId,
            results.Select(one => one.Run.Plan.Duration).DefaultIfEmpty().Max(),
            [.. results.Select(one => one.Run.Props.ScenarioName)]
        );

    /// <summary>On a thread of its own: the scheduler waits in it.</summary>
    private Task Play(
        RunSession session,
        IReadOnlyList<ScenarioRun> runs,
        IThreadPoolWorkItem? everySecond
    )
    {
        session.Running = runs;
        var scheduler = new Scheduler(clock, runs, settings.ScenarioCompletionTimeout, everySecond);
        return Task.Factory.StartNew(
            () => scheduler.Run(session.Stop),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    private async Task<NodeStats> Report(
        RunSession session,
        IReadOnlyList<ScenarioResult> results,
        GeneratorReport generator,
        IReadOnlyList<MetricSeries> theirs
    )
    {
        var stats = Stats(session, results);
        var verdict = await Verdict(session, stats);
        string[] problems =
        [
            .. session.Problems(),
            .. results.SelectMany(one => one.Problems()),
            .. verdict is { Passed: false } ? [verdict.Line] : Array.Empty<string>(),
        ];
        var report = new RunReport
        {
            TestSuite = session.TestInfo.TestSuite,
            TestName = session.TestInfo.TestName,
            SessionId = session.TestInfo.SessionId,
            StartedAt = _startedAt,
            Duration = stats.Duration,
            Passed = problems.Length == 0,
            Problems = problems,
            Facts = [.. Facts(session), .. settings.Extras?.Facts() ?? []],
            Scenarios = [.. results.Select(one => one.Report())],
            Generator = generator,
            Metrics = [.. _metrics.Series(), .. theirs],
            Verdict = verdict,
        };
        var files =
            settings.ReportFormats.Count == 0
                ? []
                : ReportFiles.Write(
                    report,
                    settings.ReportFolder,
                    settings.ReportFileName ?? $"report_{session.TestInfo.SessionId}",
                    settings.ReportFormats
                );
        console.End(report, files);
        settings.Extras?.Ended(report);
        return stats with
        {
            ReportFiles =
            [
                .. files.Zip(
                    settings.ReportFormats.Distinct(),
                    (path, format) => new ReportFile(path, format)
                ),
            ],
        };
    }

    private NodeStats Stats(RunSession session, IReadOnlyList<ScenarioResult> results)
    {
        ScenarioStats[] scenarios = [.. results.Select(one => one.Stats(OperationType.Complete))];
        return new(
            scenarios,
            _metrics.Stats(),
            [.. results.SelectMany(one => one.Checks).Select(one => one.Result)],
            session.NodeInfo(OperationType.Complete),
            session.TestInfo,
            ReportFiles: [],
            scenarios.Sum(one => one.AllBytes),
            results.Select(one => one.Run.Elapsed).DefaultIfEmpty().Max()
        );
    }

    private async Task<IReadOnlyList<MetricSeries>> TheirMetrics(Logger logger)
    {
        try
        {
            return settings.Extras is { } extras ? await extras.Metrics() : [];
        }
        catch (Exception fault)
        {
            logger.Warning(fault, "The processes under test gave no metrics");
            return [];
        }
    }

    /// <summary>A check that fails itself must not pass for a clean one, nor take the reports with it.</summary>
    private async Task<VerdictReport?> Verdict(RunSession session, NodeStats stats)
    {
        try
        {
            return settings.Extras is { } extras ? await extras.Verdict(stats) : null;
        }
        catch (Exception fault)
        {
            session.Logger.Error(fault, "The check of the books failed");
            session.Problem($"the check of the books failed: {fault.Message}");
            return null;
        }
    }

    private IEnumerable<ScenarioProps> Runnable() =>
        settings.Scenarios.Where(one => one.Run is not null);

    private static IEnumerable<Fact> Facts(RunSession session)
    {
        if (session.StoppedBecause is { } reason)
        {
            yield return new("Ended early by a scenario", reason);
        }
        yield return new(
            "Times",
            "response time runs from the scheduled start of an iteration, service time from its actual start"
        );
        yield return new("Generator", RuntimeInformation.FrameworkDescription);
        yield return new(
            "Generator's cores",
            Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)
        );
    }
}
