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
    /// <returns>False when thresholds, pace, answers or books are not as they must be.</returns>
    public async Task<bool> Run(CancellationToken cancelled)
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
        Tell(verdict);
        return verdict.Passed && stats.Thresholds.All(threshold => !threshold.IsFailed);
#else
        var extras = new RunExtras(facts, stage, watch, books, cancelled);
        // A run can't be told to stop from outside; who cancels does not want its reports.
        await Task.Run(
                () => Runner.RunExtrasExtensions.WithExtras(context, extras).Run(),
                CancellationToken.None
            )
            .WaitAsync(cancelled);
        Tell(extras.Verdict);
        return extras.Passed;
#endif
    }

    private static void Tell(BenchVerdict? verdict)
    {
        if (verdict is null)
        {
            return;
        }
        foreach (var (name, what) in verdict.Details)
        {
            Console.WriteLine($"{name}: {what}");
        }
        Console.WriteLine(verdict.Line);
    }
}
