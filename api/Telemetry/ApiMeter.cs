using System.Diagnostics.Metrics;
using PointsMall.Api.Problems;
using PointsMall.GrainInterfaces;

namespace PointsMall.Api.Telemetry;

/// <summary>The API's own instruments.</summary>
internal static class ApiMeter
{
    public const string Name = "PointsMall.Api";

    /// <summary>The outcome of a command that was carried out, now or by an earlier attempt.</summary>
    public const string Done = "done";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Commands = Meter.CreateCounter<long>(
        "pointsmall.api.commands",
        unit: "{command}",
        description: "Commands that ended, by outcome: done, or the error's code"
    );

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "pointsmall.api.command_retries",
        unit: "{attempt}",
        description: "Further attempts of commands, by why the attempt before was not enough"
    );

    /// <summary>
    /// Adds nothing to each counter, once the listeners have started: a counter that appears with 1 is no increase to Prometheus.
    /// </summary>
    public static void ShowFirstSeries()
    {
        foreach (
            var outcome in (IEnumerable<string>)[Done, .. Errors.All.Select(error => error.Code)]
        )
        {
            Commands.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        }
        foreach (var why in (RefusalCode[])[RefusalCode.NotRun, RefusalCode.OutcomeUnknown])
        {
            Retries.Add(0, new KeyValuePair<string, object?>("why", why.ToString()));
        }
    }

    public static void CommandEnded(string outcome) =>
        Commands.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void CommandRetried(RefusalCode why) =>
        Retries.Add(1, new KeyValuePair<string, object?>("why", why.ToString()));
}
