namespace PointsMall.Api.Ledger.Explanations;

internal sealed class EarningExplainer : IEntryExplainer
{
    public string Type => "earning";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points earned", "获得积分"),
            [
                words.Say($"You earned {points}.", $"您获得了 {points}。"),
                .. Events.What(facts, words),
                .. facts.Event is { RuleId: { } rule } sent
                    ? (string[])
                        [
                            words.Say(
                                $"Rule: {rule} (version {sent.RulebookVersion} of the rules).",
                                $"规则：{rule}（规则版本 {sent.RulebookVersion}）。"
                            ),
                            .. sent.Steps.Select(step => Events.Say(step, words)),
                        ]
                    : [],
                .. facts.Account == "pending"
                    ? (string[])
                        [
                            words.Say(
                                "They are pending: another entry shows when they can be spent.",
                                "这些积分暂未生效，可用时将另有记录。"
                            ),
                        ]
                    : Lots.ByExpiry(facts.Entry.Lots)
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

internal sealed class ReversalExplainer : IEntryExplainer
{
    public string Type => "reversal";

    public Explanation Explain(EntryFacts facts, Words words)
    {
        var points = words.Points(facts.Entry.Points);
        return new(
            words.Say("Points taken back", "收回积分"),
            [
                words.Say(
                    $"{points} that a purchase had earned were taken back, because it was refunded.",
                    $"因购买退款，收回了其获得的 {points}。"
                ),
                .. Events.What(facts, words),
                facts.Account switch
                {
                    "pending" => words.Say(
                        "They were pending and had not been yours to spend yet.",
                        "这些积分尚未生效。"
                    ),
                    "debt" => words.Say(
                        "You had spent them already, so you owe them: the next points you get pay that off first.",
                        "这些积分已被使用，因此记为欠分，将由之后获得的积分优先抵扣。"
                    ),
                    _ => words.Say(
                        "They were taken from your available points.",
                        "已从可用积分中扣除。"
                    ),
                },
                .. Lots.Each(facts.Entry.Lots, words),
            ]
        );
    }
}

internal static class Events
{
    /// <summary>What happened, and when.</summary>
    public static IEnumerable<string> What(EntryFacts facts, Words words)
    {
        if (facts.Event is not { } sent)
        {
            yield break;
        }
        var type = sent.Type.Replace('_', ' ');
        yield return words.Say(
            $"What for: {type}, on {words.At(sent.OccurredAt)}.",
            $"原因：{type}，时间 {words.At(sent.OccurredAt)}。"
        );
        if (sent.OrderId is { } order)
        {
            yield return words.Say($"Order: {order}.", $"订单：{order}。");
        }
    }

    /// <summary>A step of the calculation, as docs/rules.md describes it.</summary>
    public static string Say(StepFacts step, Words words) =>
        step.Kind switch
        {
            "base" => words.Say(
                $"Counted: {step.Value} ({step.Name}).",
                $"计算基数：{step.Value}（{step.Name}）。"
            ),
            "rate" => words.Say($"Rate: {step.Value}.", $"比例：{step.Value}。"),
            "multiplier" => words.Say(
                $"Multiplied by {step.Value} ({step.Name}).",
                $"倍数：{step.Value}（{step.Name}）。"
            ),
            "overlap" => words.Say(
                $"{step.Value} multipliers overlapped: {step.Name}.",
                $"{step.Value} 个倍数重叠：{step.Name}。"
            ),
            "rounding" => words.Say(
                $"Rounded ({step.Name}): {step.Value}.",
                $"取整（{step.Name}）：{step.Value}。"
            ),
            "cap" or "clip" => words.Say(
                $"Limited to {step.Value} ({step.Name}).",
                $"受上限限制：{step.Value}（{step.Name}）。"
            ),
            "stacking" => words.Say(
                $"Chosen among {step.Value} rules ({step.Name}).",
                $"在 {step.Value} 条规则中选定（{step.Name}）。"
            ),
            _ => $"{step.Kind}: {step.Name} {step.Value}",
        };
}
