namespace PointsMall.Api.Ledger.Explanations;

internal sealed class ActivationExplainer : IEntryExplainer
{
    public string Type => "activation";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points became available", "积分生效"),
            [
                words.Say(
                    $"{points} that had been pending can be spent from now on.",
                    $"{points}已生效，可以使用。"
                ),
                .. Lots.Each(facts.Entry.Lots, words),
            ]
        );
    }
}
