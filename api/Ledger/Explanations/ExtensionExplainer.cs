namespace PointsMall.Api.Ledger.Explanations;

internal sealed class ExtensionExplainer : IEntryExplainer
{
    public string Type => "extension";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Expiry extended", "延长有效期"),
            facts.Entry.Points < 0
                ?
                [
                    words.Say(
                        $"{points} got a later expiry: this entry takes them from where they were, the next one gives them back.",
                        $"{points} 的有效期已延长：本条记录转出，下一条记录转入。"
                    ),
                    .. Lots.Each(facts.Entry.Lots, words),
                ]
                :
                [
                    words.Say(
                        $"{points} got a later expiry. Your balance is the same.",
                        $"{points} 的有效期已延长，余额不变。"
                    ),
                    .. Lots.ByExpiry(facts.Entry.Lots)
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
