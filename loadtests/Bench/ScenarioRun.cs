using NBomber.CSharp;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Bench.Watching;

namespace PointsMall.LoadTests.Bench;

/// <summary>Runs one scenario on its stage: load, reports, verdict.</summary>
internal sealed class ScenarioRun(
    ScenarioPlan plan,
    Stage stage,
    MallAccess mall,
    BenchOptions options
)
{
    public async Task<RunResult> Run(CancellationToken cancelled)
    {
        var facts = await Machine.Describe(mall, options, cancelled);
        await using var watch = new RunWatch(mall);
        stage.Watch = watch;
        var books = new BooksCheck(plan, stage, mall);
        var context = NBomberRunner
            .RegisterScenarios(plan.Create(stage))
            .WithTestSuite("points mall")
            .WithTestName(plan.Name)
            .WithReportFolder(Path.Combine(options.Report, plan.Name));
        if (options.Config is { } config)
        {
            context = context.LoadConfig(config);
        }
#if NBOMBER_PACKAGE
        watch.Begin();
        var stats = await Task.Run(() => context.Run(), CancellationToken.None)
            .WaitAsync(cancelled);
        await watch.Stop();
        var verdict = await books.Run(stats, cancelled);
        foreach (var (name, what) in verdict.Details)
        {
            Console.WriteLine($"{name}: {what}");
        }
        Console.WriteLine(verdict.Line);
        return ResultOf(verdict, stats.Thresholds.All(threshold => !threshold.IsFailed));
#else
        var extras = new RunExtras(facts, stage, watch, books, cancelled);
        // A run can't be told to stop from outside; who cancels does not want its reports.
        await Task.Run(
                () => Runner.RunExtrasExtensions.WithExtras(context, extras).Run(),
                CancellationToken.None
            )
            .WaitAsync(cancelled);
        Console.WriteLine(extras.Verdict!.Line);
        return ResultOf(extras.Verdict, extras.Passed);
#endif
    }

    private static RunResult ResultOf(BenchVerdict verdict, bool passed) =>
        !verdict.Passed ? RunResult.Wrong
        : !passed ? RunResult.Missed
        : RunResult.Passed;
}

/// <summary>How a run ended; the process's exit code.</summary>
internal enum RunResult
{
    Passed = 0,

    /// <summary>An answer or the books are wrong, or the scenario itself says so.</summary>
    Wrong = 1,

    /// <summary>All is right, but a threshold was missed or the load generator did not keep its pace.</summary>
    Missed = 2,
}
