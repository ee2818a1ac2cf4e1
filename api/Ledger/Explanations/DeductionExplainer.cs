namespace PointsMall.Api.Ledger.Explanations;

internal sealed class DeductionExplainer : IEntryExplainer
{
    public string Type => "deduction";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points deducted", "扣除积分"),
            [
                words.Say(
                    $"{points} were deducted, those that expire first:",
                    $"扣除了 {points}，优先使用最早过期的积分："
                ),
                .. Lots.Each(facts.Entry.Lots, words),
            ]
        );
    }
}
