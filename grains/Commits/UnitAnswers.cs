using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Commits;

/// <summary>Gives units their verdicts: frees the place in the queue, tells the gates, wakes the caller.</summary>
internal sealed class UnitAnswers(CommitQueue queue, GateNotifier gates)
{
    public void Committed(Batch batch, List<StockLeft> left)
    {
        var decided = new List<(PendingUnit, CommitOutcome)>(batch.Units.Count);
        foreach (var unit in batch.Units)
        {
            var available = unit.Unit.Movement is { } movement
                ? left.First(row => row.SkuId == movement.SkuId).Available
                : (long?)null;
            decided.Add(
                (
                    unit,
                    available is null
                        ? CommitOutcome.Committed
                        : CommitOutcome.Committed with
                        {
                            Available = available,
                        }
                )
            );
        }
        Give(decided, left);
    }

    public void Give(PendingUnit unit, CommitOutcome outcome) => Give([(unit, outcome)]);

    public void Give(IReadOnlyCollection<PendingUnit> units, CommitOutcome outcome) =>
        Give([.. units.Select(unit => (unit, outcome))]);

    public void Give(IReadOnlyCollection<(PendingUnit Unit, CommitOutcome Outcome)> decided) =>
        Give(decided, []);

    private void Give(
        IReadOnlyCollection<(PendingUnit Unit, CommitOutcome Outcome)> decided,
        IReadOnlyCollection<StockLeft> left
    )
    {
        if (decided.Count == 0)
        {
            return;
        }
        foreach (var (unit, outcome) in decided)
        {
            if (unit.Outcome.IsCompleted)
            {
                continue; // its place was given back with its first verdict
            }
            queue.Done(unit);
            unit.Answer(outcome);
            MallMeter.Verdicts.Add(
                1,
                new KeyValuePair<string, object?>("verdict", outcome.Verdict.ToString())
            );
        }
        gates.Tell(decided, left);
    }
}
