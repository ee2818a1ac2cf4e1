using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Members;

namespace PointsMall.Grains.Diagnostics;

/// <summary>
/// Counters from their first moment. A counter that nothing has counted yet has no series, and one that appears with 1 is no increase to
/// Prometheus: the first unknown outcome of the night would raise no alert.
/// </summary>
public static class FirstSeries
{
    /// <summary>Adds nothing to each counter. To be called once the listeners have started.</summary>
    public static void Show()
    {
        CheckpointMeter.Show();
        MallMeter.SlowPathUnits.Add(0);
        MallMeter.UnknownBatches.Add(0);
        MallMeter.AccountLoads.Add(0);
        MallMeter.FencedActivations.Add(0);
        MallMeter.OpenClaims.Add(0);
        MallMeter.ForgottenClaims.Add(0);
        MallMeter.SoldOut.Add(0);
        MallMeter.StockBumps.Add(0);
        foreach (var verdict in Enum.GetNames<CommitVerdict>())
        {
            MallMeter.Verdicts.Add(0, new KeyValuePair<string, object?>("verdict", verdict));
        }
        foreach (var outcome in Completion.Outcomes)
        {
            MallMeter.Commands.Add(
                0,
                new KeyValuePair<string, object?>("operation", MemberGrain.RedeemOperation),
                new KeyValuePair<string, object?>("outcome", outcome)
            );
        }
    }
}
