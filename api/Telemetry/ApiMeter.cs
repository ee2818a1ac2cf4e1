using System.Diagnostics.Metrics;
using PointsMall.GrainInterfaces;

namespace PointsMall.Api.Telemetry;

/// <summary>The API's own instruments.</summary>
internal static class ApiMeter
{
    public const string Name = "PointsMall.Api";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Commands = Meter.CreateCounter<long>(
        "mall.api.commands",
        unit: "{command}",
        description: "Commands that ended, by outcome: done, or the error's code"
    );

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "mall.api.command.retries",
        unit: "{attempt}",
        description: "Further attempts of commands, by why the attempt before was not enough"
    );

    public static void CommandEnded(string outcome) =>
        Commands.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void CommandRetried(RefusalCode why) =>
        Retries.Add(1, new KeyValuePair<string, object?>("why", why.ToString()));
}
