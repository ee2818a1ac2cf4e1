using System.Globalization;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Histories;
using PointsMall.LoadTests.Bench.Malls;
using PointsMall.LoadTests.Faults.Rigs;

namespace PointsMall.LoadTests.Faults;

/// <summary>What became of a mall under one fault.</summary>
internal sealed record FaultOutcome(FaultPlan Plan)
{
    public required long Requests { get; init; }
    public required long Done { get; init; }
    public required long Refused { get; init; }
    public required long Unknown { get; init; }

    /// <summary>What the unknown were answered.</summary>
    public required string UnknownAnswers { get; init; }

    /// <summary>Successes a second before the fault.</summary>
    public required double RateBefore { get; init; }

    /// <summary>Without a success, from the begin of the fault on.</summary>
    public required TimeSpan LongestGap { get; init; }

    /// <summary>From the end of the cause until half of the rate before was served for a second; null for never.</summary>
    public required TimeSpan? Recovery { get; init; }

    /// <summary>Answers against the books.</summary>
    public required Verdict History { get; init; }

    /// <summary>What <c>verify</c> found.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>What the fault itself has found.</summary>
    public required IReadOnlyList<string> Wrong { get; init; }

    /// <summary>What is wrong, in words; nothing when the fault was survived as promised.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var example in History.Examples.Concat(Violations).Concat(Wrong))
        {
            yield return example;
        }
        if (!History.IsClean)
        {
            yield return History.ToString();
        }
        if (Recovery is null || Recovery > Plan.RecoversWithin)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"it recovered {(Recovery is { } time ? $"after {time.TotalSeconds:0.0} s" : "never")}; {Plan.RecoversWithin.TotalSeconds:0} s are allowed"
            );
        }
        if (Plan.SellsAgainWithin is { } most && LongestGap > most)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"nothing was sold for {LongestGap.TotalSeconds:0.0} s; {most.TotalSeconds:0} s are allowed"
            );
        }
        if (Plan.Unnoticed && Unknown > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Unknown} requests got no certain answer, and none may: {UnknownAnswers}"
            );
        }
    }
}

/// <summary>Load, fault, recovery, books.</summary>
internal sealed class FaultRun(
    FaultPlan plan,
    Stage stage,
    MallAccess mall,
    IFaultRig? rig,
    FaultsOptions options
)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan NeverRecovers = TimeSpan.FromSeconds(120);

    public async Task<FaultOutcome> Run(CancellationToken cancelled)
    {
        var scene = new FaultScene(mall.Data!, stage.Skus[0].SkuId, rig);
        await FirstRedemption(cancelled);
        await scene.FindTheGate(cancelled);

        using var load = new FaultLoad(stage, options.Callers, options.Seed);
        await Task.Delay(WarmUp, cancelled);
        var struck = load.Now;
        var rate = load.Rate(struck - (int)(Before / FaultLoad.Tick), struck);
        await plan.Strike(scene, cancelled);
        var over = load.Now;
        var recovered = await Recovered(load, over, rate / 2, cancelled);
        await scene.AwaitSilos(options.Silos, cancelled);
        await Task.Delay(After, cancelled);
        var end = load.Now;
        await load.End();

        var (history, books) = await BooksCheck.Read(
            stage,
            mall,
            load.GivenUp > 0,
            long.MaxValue,
            cancelled
        );
        return new FaultOutcome(plan)
        {
            Requests = load.Requests,
            Done = load.Done,
            Refused = load.Refused,
            Unknown = load.Unknown,
            UnknownAnswers = load.UnknownAnswers,
            RateBefore = rate,
            LongestGap = load.LongestGap(struck, end),
            Recovery = recovered is { } tick ? (tick - over) * FaultLoad.Tick : null,
            History = history,
            Wrong = scene.WhatWasWrong,
            Violations = [.. books.Violations.Select(violation => violation.ToString())],
        };
    }

    private async Task FirstRedemption(CancellationToken cancelled)
    {
        using var store = new Scenarios.Storefront(stage);
        var hot = store.Purchase(stage.Skus[0]);
        cancelled.ThrowIfCancellationRequested();
        var answer = await store.Send(
            Scenarios.Command.Redeem(store.NextShopper(), hot, Scenarios.Storefront.NewKey())
        );
        if (!answer.IsSuccess)
        {
            throw new BenchException(
                $"the first redemption was answered with {answer.Status} {answer.Code}"
            );
        }
    }

    /// <summary>The first tick from which a second's successes reached the rate.</summary>
    public static async Task<int?> Recovered(
        FaultLoad load,
        int from,
        double rate,
        CancellationToken cancelled
    )
    {
        var second = (int)(TimeSpan.FromSeconds(1) / FaultLoad.Tick);
        for (var tick = from; (tick - from) * FaultLoad.Tick < NeverRecovers; tick++)
        {
            while (load.Now <= tick + second)
            {
                await Task.Delay(FaultLoad.Tick, cancelled);
            }
            if (load.Rate(tick, tick + second) >= rate)
            {
                return tick;
            }
        }
        return null;
    }
}
