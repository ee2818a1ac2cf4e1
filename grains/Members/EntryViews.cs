namespace PointsMall.Grains.Members;

/// <summary>An entry as callers see it.</summary>
public static class EntryViews
{
    public static EntryView Of(LedgerEntry entry) =>
        new()
        {
            Sequence = entry.Sequence,
            Type = entry.Type,
            Account = entry.Account,
            Points = entry.Points,
            BalanceAfter = entry.BalanceAfter,
            OccurredAt = entry.OccurredAt,
            Reason = entry.Text?.Reason,
            CauseKind = entry.CauseKind,
            CauseId = entry.CauseId,
            Lots = entry.Lots,
        };
}
