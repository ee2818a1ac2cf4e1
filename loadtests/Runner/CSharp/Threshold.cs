using System.Runtime.CompilerServices;
using NBomber.Contracts.Metrics;
using NBomber.Contracts.Stats;

namespace NBomber.CSharp;

/// <summary>What must hold. A threshold that does not hold at the end fails the run.</summary>
public sealed class Threshold
{
    private Threshold(
        string stepName,
        string text,
        Func<ScenarioStats, MetricStats, bool> holds,
        int? abortWhenErrorCount,
        TimeSpan? startCheckAfter
    )
    {
        StepName = stepName;
        Text = text;
        Holds = holds;
        AbortWhenErrorCount = abortWhenErrorCount;
        StartCheckAfter = startCheckAfter ?? TimeSpan.Zero;
    }

    internal string StepName { get; }
    internal string Text { get; }
    internal Func<ScenarioStats, MetricStats, bool> Holds { get; }
    internal int? AbortWhenErrorCount { get; }
    internal TimeSpan StartCheckAfter { get; }

    /// <summary>About the whole scenario.</summary>
    /// <param name="check">True when it holds.</param>
    /// <param name="abortWhenErrorCount">So many failed checks end the whole run; null for never.</param>
    /// <param name="startCheckAfter">No check before, from the end of the warm-up.</param>
    /// <param name="text">Given by the compiler: the check as written, for the report.</param>
    public static Threshold Create(
        Func<ScenarioStats, bool> check,
        int? abortWhenErrorCount = null,
        TimeSpan? startCheckAfter = null,
        [CallerArgumentExpression(nameof(check))] string text = ""
    ) => new("", text, (stats, _) => check(stats), abortWhenErrorCount, startCheckAfter);

    /// <summary>About a step. It does not hold while the step has not been used.</summary>
    /// <inheritdoc cref="Create(Func{ScenarioStats, bool}, int?, TimeSpan?, string)"/>
    public static Threshold Create(
        string stepName,
        Func<StepStats, bool> check,
        int? abortWhenErrorCount = null,
        TimeSpan? startCheckAfter = null,
        [CallerArgumentExpression(nameof(check))] string text = ""
    ) =>
        new(
            stepName,
            text,
            (stats, _) => stats.StepStats.Find(stepName) is { } step && check(step),
            abortWhenErrorCount,
            startCheckAfter
        );

    /// <summary>About a counter or gauge that the scenario keeps.</summary>
    /// <inheritdoc cref="Create(Func{ScenarioStats, bool}, int?, TimeSpan?, string)"/>
    public static Threshold Create(
        Func<MetricStats, bool> check,
        int? abortWhenErrorCount = null,
        TimeSpan? startCheckAfter = null,
        [CallerArgumentExpression(nameof(check))] string text = ""
    ) => new("", text, (_, metrics) => check(metrics), abortWhenErrorCount, startCheckAfter);

    internal static Threshold FromConfig(
        string stepName,
        string text,
        Func<ScenarioStats, MetricStats, bool> holds,
        int? abortWhenErrorCount,
        TimeSpan? startCheckAfter
    ) => new(stepName, text, holds, abortWhenErrorCount, startCheckAfter);
}
