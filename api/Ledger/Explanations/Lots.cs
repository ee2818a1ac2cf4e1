using PointsMall.Api.Members;

namespace PointsMall.Api.Ledger.Explanations;

/// <summary>Lots in words.</summary>
internal static class Lots
{
    /// <summary>One sentence for each expiry, in the entry's order.</summary>
    public static IEnumerable<string> Each(IEnumerable<EntryLotAnswer> lots, Words words) =>
        ByExpiry(lots)
            .Select(lot =>
                words.Say(
                    $"{words.Points(lot.Points)} that {words.Expiry(lot.ExpiresAt)}.",
                    $"{words.Points(lot.Points)}，{words.Expiry(lot.ExpiresAt)}。"
                )
            );

    /// <summary>Points by expiry: a member knows no lots.</summary>
    public static IEnumerable<(long Points, DateTimeOffset? ExpiresAt)> ByExpiry(
        IEnumerable<EntryLotAnswer> lots
    ) =>
        lots.GroupBy(lot => lot.ExpiresAt)
            .Select(group => (group.Sum(lot => lot.Points), group.Key));
}
