namespace PointsMall.Api.Ledger.Explanations;

internal sealed class RepaymentExplainer : IEntryExplainer
{
    public string Type => "repayment";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points owed were paid off", "偿还欠付积分"),
            [
                words.Say(
                    $"{points} of those that became available paid off what you owed.",
                    $"可用积分中的 {points}已用于偿还您欠付的积分。"
                ),
            ]
        );
    }
}
