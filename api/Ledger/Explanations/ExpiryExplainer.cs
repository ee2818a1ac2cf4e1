namespace PointsMall.Api.Ledger.Explanations;

internal sealed class ExpiryExplainer : IEntryExplainer
{
    public string Type => "expiry";

    public Explanation Explain(EntryFacts facts, Words words) =>
        new(
            words.Say("Points expired", "积分过期"),
            [
                .. Lots.ByExpiry(facts.Entry.Lots)
                    .Select(lot =>
                        words.Say(
                            $"{words.Points(lot.Points)} were valid until {words.At(lot.ExpiresAt ?? facts.Entry.OccurredAt)} and were not spent by then.",
                            $"{words.Points(lot.Points)}有效期至 {words.At(lot.ExpiresAt ?? facts.Entry.OccurredAt)}，到期未使用。"
                        )
                    ),
            ]
        );
}
