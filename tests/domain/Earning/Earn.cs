using NodaTime;
using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>Rulebooks, events and members as the examples need them.</summary>
internal static class Earn
{
    public static readonly Calendar Shanghai = In("Asia/Shanghai");

    /// <summary>A Wednesday, 18:00 in Shanghai.</summary>
    public static readonly DateTimeOffset At = new(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);

    public static readonly MemberFacts Member = new() { RegisteredAt = At.AddDays(-100) };

    public static Calendar In(string zone) => new(DateTimeZoneProviders.Tzdb[zone]);

    /// <param name="rules">JSON of the rules, with commas.</param>
    /// <param name="more">More fields of the document, each after a comma.</param>
    public static Rulebook Book(string rules, string more = "")
    {
        var reading = RulebookReader.Read(Document(rules, more));
        Assert.Empty(reading.Errors);
        return new Rulebook(version: 7, reading.Terms!);
    }

    public static string Document(string rules, string more = "") =>
        $$"""{"validity":{"kind":"never"},"rules":[{{rules}}]{{more}}}""";

    public static EarningEvent Visit(DateTimeOffset? at = null) =>
        new()
        {
            EventId = "e1",
            Type = "visit",
            OccurredAt = at ?? At,
        };

    /// <summary>An order of lines of the categories a, b, c... with one item each.</summary>
    public static EarningEvent Order(params long[] amounts) =>
        new()
        {
            EventId = "e1",
            Type = "purchase_paid",
            OccurredAt = At,
            Purchase = new Purchase
            {
                OrderId = "o1",
                Currency = "CNY",
                Lines =
                [
                    .. amounts.Select(
                        (amount, i) =>
                            new PurchaseLine
                            {
                                LineId = $"l{i + 1}",
                                Sku = $"sku-{i + 1}",
                                Category = $"{(char)('a' + i)}",
                                Quantity = 1,
                                Amount = amount,
                            }
                    ),
                ],
            },
        };

    public static EarningDecision Decide(
        Rulebook book,
        EarningEvent e,
        MemberFacts? member = null,
        Calendar? calendar = null,
        params EarningCounter[] counters
    )
    {
        // The engine asks nothing of an event's type; what is sent may have a purchase with one type only.
        var sent = e with
        {
            Type = e.Purchase is null ? "visit" : "purchase_paid",
        };
        Assert.Null(EventRules.Check(sent));
        return RuleEngine.Evaluate(
            book,
            e,
            member ?? Member,
            EarningCounters.Of(counters),
            calendar ?? Shanghai
        );
    }

    /// <summary>Points by rule.</summary>
    public static string Points(EarningDecision decision) =>
        string.Join(' ', decision.Awards.Select(award => $"{award.RuleId}:{award.Points}"));

    /// <summary>Points by line.</summary>
    public static string Lines(Award award) =>
        string.Join(' ', award.Lines.Select(line => $"{line.LineId}:{line.Points}"));

    public static NotFiredReason? WhyNot(EarningDecision decision, string ruleId) =>
        decision
            .NotFired.Where(rule => rule.RuleId == ruleId)
            .Select(rule => (NotFiredReason?)rule.Reason)
            .SingleOrDefault();
}
