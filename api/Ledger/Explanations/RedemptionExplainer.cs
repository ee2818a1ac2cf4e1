using PointsMall.Api.Orders;

namespace PointsMall.Api.Ledger.Explanations;

internal sealed class RedemptionExplainer : IEntryExplainer
{
    public string Type => "redemption";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points redeemed", "兑换商品"),
            [
                facts.Order is { } order
                    ? words.Say(
                        $"You redeemed {points} for {Items(order, words)}.",
                        $"您使用 {points} 兑换了 {Items(order, words)}。"
                    )
                    : words.Say($"You redeemed {points}.", $"您兑换使用了 {points}。"),
                words.Say("The points that expire first were used:", "优先使用最早过期的积分："),
                .. Lots.Each(facts.Entry.Lots, words),
            ]
        );
    }

    public static string Items(OrderAnswer order, Words words) =>
        string.Join(
            words.Say(", ", "、"),
            order.Items.Select(item => $"{Words.Number(item.Quantity)} × {item.Name}")
        );
}
