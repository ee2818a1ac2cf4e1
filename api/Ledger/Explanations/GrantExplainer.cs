namespace PointsMall.Api.Ledger.Explanations;

internal sealed class GrantExplainer : IEntryExplainer
{
    private const string Issued = "issued:";

    public string Type => "grant";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var entry = facts.Entry;
        var points = words.Points(entry.Points);
        var source = facts.Contra.StartsWith(Issued, StringComparison.Ordinal)
            ? facts.Contra[Issued.Length..].Replace('_', ' ')
            : facts.Contra;
        var pending = facts.Account == "pending";
        return new(
            words.Say("Points received", "获得积分"),
            [
                words.Say(
                    $"You received {points}. Source: {source}.",
                    $"您获得了 {points}，来源：{source}。"
                ),
                .. pending
                    ? (string[])
                        [
                            words.Say(
                                "They are pending: another entry shows when they can be spent.",
                                "这些积分暂未生效，可用时将另有记录。"
                            ),
                        ]
                    : [],
                .. Lots.ByExpiry(entry.Lots)
                    .Select(lot =>
                        words.Say(
                            $"They {words.Expiry(lot.ExpiresAt)}.",
                            $"这些积分{words.Expiry(lot.ExpiresAt)}。"
                        )
                    ),
            ]
        );
    }
}
