namespace PointsMall.Grains.Commits;

/// <summary>Tells each gate once a batch what became of its claims. A lost telling costs the gate an epoch, nothing else.</summary>
internal sealed class GateNotifier(IGates gates)
{
    private sealed class Verdicts
    {
        public readonly List<Guid> Sold = [];
        public readonly List<Guid> Refused = [];
        public long SoldUnits;
        public long Returned;
        public long ClaimEpoch;
    }

    public void Tell(
        IReadOnlyCollection<(PendingUnit Unit, CommitOutcome Outcome)> decided,
        IReadOnlyCollection<StockLeft> left
    )
    {
        Dictionary<Guid, Verdicts> bySku = [];
        foreach (var (unit, outcome) in decided)
        {
            // A stock movement's gate is its own caller.
            foreach (var delta in unit.Unit.Member?.Decision.Stock ?? [])
            {
                if (!bySku.TryGetValue(delta.SkuId, out var verdicts))
                {
                    bySku[delta.SkuId] = verdicts = new Verdicts();
                }
                verdicts.ClaimEpoch = Math.Max(verdicts.ClaimEpoch, delta.Epoch);
                if (outcome.Verdict == CommitVerdict.Committed)
                {
                    verdicts.Returned += delta.Returned;
                    if (delta.Taken > 0)
                    {
                        verdicts.Sold.Add(unit.Unit.CommitId);
                        verdicts.SoldUnits += delta.Taken;
                    }
                }
                else if (delta.Taken > 0 && outcome.Verdict != CommitVerdict.Unknown)
                {
                    verdicts.Refused.Add(unit.Unit.CommitId);
                }
            }
        }
        foreach (var (sku, verdicts) in bySku)
        {
            var row = left.FirstOrDefault(row => row.SkuId == sku);
            if (verdicts.Returned > 0 && row.Epoch == 0)
            {
                // A commit that was found by look-up: under which epoch the units came back is not known, so the gate reads the row again.
                gates.Reload(sku);
            }
            else if (verdicts.Sold.Count + verdicts.Refused.Count > 0 || verdicts.Returned > 0)
            {
                gates.Tell(
                    sku,
                    new ClaimVerdicts
                    {
                        Sold = [.. verdicts.Sold],
                        SoldUnits = verdicts.SoldUnits,
                        Refused = [.. verdicts.Refused],
                        Returned = verdicts.Returned,
                        Epoch = Math.Max(row.Epoch, verdicts.ClaimEpoch),
                    }
                );
            }
        }
    }
}
