using System.Collections.Frozen;
using PointsMall.Api.Members;

namespace PointsMall.Api.Ledger.Explanations;

/// <summary>Finds the explainer of an entry's type and adds what is said of every entry.</summary>
internal static class EntryExplanations
{
    private static readonly FrozenDictionary<string, IEntryExplainer> Explainers = (
        (IEntryExplainer[])
            [
                new GrantExplainer(),
                new ActivationExplainer(),
                new RedemptionExplainer(),
                new CancellationExplainer(),
                new DeductionExplainer(),
                new ExpiryExplainer(),
                new HoldExplainer(),
                new ReleaseExplainer(),
                new CaptureExplainer(),
                new RepaymentExplainer(),
                new AdjustmentExplainer(),
                new EarningExplainer(),
                new ExtensionExplainer(),
                new ReversalExplainer(),
            ]
    ).ToFrozenDictionary(explainer => explainer.Type, StringComparer.Ordinal);

    public static Explanation Explain(EntryFacts facts, Words words)
    {
        var entry = facts.Entry;
        var explanation = Explainers.TryGetValue(entry.Type, out var explainer)
            ? explainer.Explain(facts, words)
            : InGeneral(entry, words);
        return explanation with
        {
            Sentences =
            [
                .. explanation.Sentences,
                .. Reason(entry, words),
                words.Say(
                    $"It was booked on {words.At(entry.OccurredAt)}; your balance was then {Words.Number(entry.BalanceAfter)}.",
                    $"记账时间为 {words.At(entry.OccurredAt)}，当时余额为 {Words.Number(entry.BalanceAfter)}。"
                ),
            ],
        };
    }

    private static Explanation InGeneral(EntryAnswer entry, Words words) =>
        new(
            entry.Points > 0
                ? words.Say("Points added", "积分增加")
                : words.Say("Points taken", "积分减少"),
            [
                entry.Points > 0
                    ? words.Say(
                        $"{words.Points(entry.Points)} were added.",
                        $"增加 {words.Points(entry.Points)}。"
                    )
                    : words.Say(
                        $"{words.Points(entry.Points)} were taken.",
                        $"减少 {words.Points(entry.Points)}。"
                    ),
                .. Lots.Each(entry.Lots, words),
            ]
        );

    private static IEnumerable<string> Reason(EntryAnswer entry, Words words) =>
        entry.Reason is { } reason ? [words.Say($"Reason: {reason}", $"原因：{reason}")] : [];
}
