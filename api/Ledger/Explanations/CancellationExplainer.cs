using PointsMall.Api.Members;

namespace PointsMall.Api.Ledger.Explanations;

/// <summary>Says of the points that came back which kept their expiry and which have a new one, because their own had passed.</summary>
internal sealed class CancellationExplainer : IEntryExplainer
{
    public string Type => "cancellation";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var entry = facts.Entry;
        var points = words.Points(entry.Points);
        var spent = facts.SpentLots.Select(lot => lot.LotId).ToHashSet();
        var late = entry.Lots.Where(lot => lot.ExpiresAt <= entry.OccurredAt).ToList();
        var kept = entry.Lots.Except(late).Where(lot => spent.Contains(lot.LotId)).ToList();
        var renewed = entry.Lots.Except(late).Except(kept);
        return new(
            words.Say("Order cancelled", "订单取消"),
            [
                facts.Order is { } order
                    ? words.Say(
                        $"Your order of {RedemptionExplainer.Items(order, words)} was cancelled, and {points} came back.",
                        $"您的订单（{RedemptionExplainer.Items(order, words)}）已取消，退回 {points}。"
                    )
                    : words.Say(
                        $"An order was cancelled, and {points} came back.",
                        $"订单已取消，退回 {points}。"
                    ),
                .. Each(kept, words, ("came back with their own expiry; they", "按原有效期退回，")),
                .. Each(
                    renewed,
                    words,
                    (
                        "had passed their expiry and came back with a new one; they",
                        "原有效期已过，按新的有效期退回，"
                    )
                ),
                .. Lots.ByExpiry(late)
                    .Select(lot =>
                        words.Say(
                            $"{words.Points(lot.Points)} had passed their expiry of {words.At(lot.ExpiresAt!.Value)}; they came back and expired at once.",
                            $"{words.Points(lot.Points)}的有效期已于 {words.At(lot.ExpiresAt!.Value)} 截止，退回后随即过期。"
                        )
                    ),
            ]
        );
    }

    private static IEnumerable<string> Each(
        IEnumerable<EntryLotAnswer> lots,
        Words words,
        (string English, string Chinese) how
    ) =>
        Lots.ByExpiry(lots)
            .Select(lot =>
                words.Say(
                    $"{words.Points(lot.Points)} {how.English} {words.Expiry(lot.ExpiresAt)}.",
                    $"{words.Points(lot.Points)}{how.Chinese}{words.Expiry(lot.ExpiresAt)}。"
                )
            );
}
