using System.Diagnostics.Metrics;
using PointsMall.Api.Problems;
using PointsMall.Api.Reads;
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

    private static readonly Counter<long> Reads = Meter.CreateCounter<long>(
        "pointsmall.api.reads",
        unit: "{read}",
        description: "Reads of the database, by where they were answered from: primary, replica, or fallback to the primary"
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
        foreach (var source in Enum.GetValues<ReadSource>())
        {
            Reads.Add(0, new KeyValuePair<string, object?>("source", NameOf(source)));
        }
    }

    public static void CommandEnded(string outcome) =>
        Commands.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void CommandRetried(RefusalCode why) =>
        Retries.Add(1, new KeyValuePair<string, object?>("why", why.ToString()));

    public static void Read(ReadSource source) =>
        Reads.Add(1, new KeyValuePair<string, object?>("source", NameOf(source)));

    /// <param name="staleness">Nothing is shown while it is null.</param>
    public static void ObserveStaleness(Func<TimeSpan?> staleness) =>
        Meter.CreateObservableGauge(
            "pointsmall.api.replica_staleness",
            () =>
                staleness() is { } age
                    ? (Measurement<double>[])[new Measurement<double>(age.TotalSeconds)]
                    : [],
            unit: "s",
            description: "How long ago the replica was known to have all that the primary had"
        );

    private static string NameOf(ReadSource source) =>
        source switch
        {
            ReadSource.Primary => "primary",
            ReadSource.Replica => "replica",
            ReadSource.Fallback => "fallback",
            _ => throw new ArgumentOutOfRangeException(nameof(source), source, message: null),
        };
}
