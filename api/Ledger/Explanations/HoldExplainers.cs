namespace PointsMall.Api.Ledger.Explanations;

internal sealed class HoldExplainer : IEntryExplainer
{
    public string Type => "hold";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points set aside", "冻结积分"),
            [
                words.Say(
                    $"{points} were set aside and can't be spent otherwise meanwhile.",
                    $"冻结了 {points}，期间不能用于其他用途。"
                ),
                .. Holds.Why(facts, words),
                .. facts.Hold is { } hold
                    ? (string[])
                        [
                            words.Say(
                                $"What is not used by {words.At(hold.ExpiresAt)} comes back.",
                                $"{words.At(hold.ExpiresAt)} 前未使用的部分将退回。"
                            ),
                        ]
                    : [],
                .. Lots.Each(facts.Entry.Lots, words),
            ]
        );
    }
}

internal sealed class ReleaseExplainer : IEntryExplainer
{
    public string Type => "release";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points given back", "解冻积分"),
            [
                words.Say(
                    $"{points} that had been set aside came back.",
                    $"之前冻结的 {points}已退回。"
                ),
                .. Holds.Why(facts, words),
                .. Lots.Each(facts.Entry.Lots, words),
            ]
        );
    }
}

internal sealed class CaptureExplainer : IEntryExplainer
{
    public string Type => "capture";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points spent", "使用冻结积分"),
            [
                words.Say(
                    $"{points} that had been set aside were spent.",
                    $"使用了之前冻结的 {points}。"
                ),
                .. Holds.Why(facts, words),
            ]
        );
    }
}

internal static class Holds
{
    public static IEnumerable<string> Why(EntryFacts facts, Words words) =>
        facts.Hold is { } hold
            ? [words.Say($"They were set aside for: {hold.Reason}", $"冻结原因：{hold.Reason}")]
            : [];
}
