namespace PointsMall.Api.Ledger.Explanations;

internal sealed class AdjustmentExplainer : IEntryExplainer
{
    public string Type => "adjustment";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points corrected", "积分更正"),
            [
                facts.Entry.Points > 0
                    ? words.Say(
                        $"{points} were added to put your balance right.",
                        $"为更正余额，增加了 {points}。"
                    )
                    : words.Say(
                        $"{points} were taken to put your balance right.",
                        $"为更正余额，扣减了 {points}。"
                    ),
                .. Lots.Each(facts.Entry.Lots, words),
            ]
        );
    }
}
