using System.Diagnostics;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Commits;

/// <summary>
/// A batch in the traces: one span, linked to each traced command that it commits. It lies in the trace of the first of them, so that it is
/// kept when they are: a trace of its own would be sampled on its own. Where nothing is traced there is nothing at all.
/// </summary>
internal static class BatchTrace
{
    /// <summary>Null when no command of the batch is traced. The caller disposes of it once the batch has its answer.</summary>
    public static Activity? Begin(Batch batch)
    {
        if (!MallTraces.Source.HasListeners())
        {
            return null;
        }
        List<ActivityLink> commands = [];
        foreach (var unit in batch.Units)
        {
            if (unit.Origin is { Recorded: true } origin)
            {
                commands.Add(new ActivityLink(origin.Context));
            }
        }
        if (commands.Count == 0)
        {
            return null;
        }
        var span = MallTraces.Source.StartActivity(
            "commit batch",
            ActivityKind.Internal,
            commands[0].Context,
            links: commands
        );
        span?.SetTag("units", batch.Units.Count);
        return span;
    }

    /// <summary>The answer was an error: what the span shows of it is the kind, never the ids in it.</summary>
    public static void Fail(Activity? span, Exception exception) =>
        span?.SetStatus(ActivityStatusCode.Error, DatabaseErrors.NameOf(exception));
}
