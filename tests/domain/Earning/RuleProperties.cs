using System.Text.Json.Nodes;
using PointsMall.Grains.Earning;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>What holds for every rulebook, event and member.</summary>
public sealed class RuleProperties
{
    private static readonly Gen<int[]> Choices = Gen.Int[0, 1_000_000].Array[0, 400];

    [Fact]
    [Trait("Behaviour", "EARN-3")]
    [Trait("Behaviour", "EARN-4")]
    [Trait("Behaviour", "EARN-5")]
    [Trait("Behaviour", "RULE-5")]
    public void An_event_earns_what_the_plain_reference_says() =>
        Choices.Sample(
            choices =>
            {
                var random = new RandomRules(choices);
                // As text and back: nodes made in memory hold only their own type of number.
                var json = (JsonObject)JsonNode.Parse(random.Book().ToJsonString())!;
                var e = random.Event();
                var member = random.Member();
                var counters = random.Counters(e.OccurredAt);
                var reading = RulebookReader.Read(json.ToJsonString());
                Assert.Empty(reading.Errors);
                var reference = new ReferenceRules(json, e, member, counters);
                reference.Run();

                var decision = Earn.Decide(
                    new Rulebook(1, reading.Terms!),
                    e,
                    member,
                    Earn.In("Europe/Berlin"),
                    counters
                );

                Assert.Equal(reference.Awards, decision.Awards.Select(ToReference));
                // Each rule for the event either gave points, multiplied, or says why not.
                Assert.Empty(
                    decision
                        .NotFired.Select(rule => rule.RuleId)
                        .Intersect(decision.Awards.Select(award => award.RuleId))
                );
            },
            iter: 5_000
        );

    [Fact]
    [Trait("Behaviour", "ORD-9")]
    public void Lines_always_sum_to_the_award_also_when_it_is_clipped() =>
        Choices.Sample(
            choices =>
            {
                var random = new RandomRules(choices);
                var reading = RulebookReader.Read(random.Book().ToJsonString());
                var e = random.Event();
                foreach (var award in Earn.Decide(new Rulebook(1, reading.Terms!), e).Awards)
                {
                    var clipped = award.ClipTo(1 + choices.Sum(c => (long)c) % award.Points);
                    Assert.Equal(e.Purchase is null ? 0 : award.Points, Sum(award));
                    Assert.Equal(e.Purchase is null ? 0 : clipped.Points, Sum(clipped));
                    Assert.All(
                        clipped.Lines,
                        line =>
                            Assert.True(
                                line.Points
                                    <= award.Lines.Single(l => l.LineId == line.LineId).Points
                            )
                    );
                    Assert.Equal(award.Steps, AwardSteps.Read(AwardSteps.Write(award.Steps)));
                }
            },
            iter: 1_000
        );

    [Fact]
    public void The_longest_steps_fit()
    {
        var name = new string('m', 38);
        var multipliers = Enumerable
            .Range(10, 20)
            .Select(i =>
                $$"""{"id":"{{name}}{{i}}","event":"purchase_paid","reward":{"kind":"multiplier","factor":1.0001},"lines":{"field":"line.category","is":"a"} }"""
            );
        var caps = Enumerable
            .Range(0, 4)
            .Select(i =>
                $$"""{"id":"{{new string('c', 39)}}{{i}}","scope":"event","points":{{899_999_999_999_999 - i}}}"""
            );
        var book = Earn.Book(
            $$"""
            {"id":"{{new string('r', 40)}}","event":"purchase_paid","caps":[{{string.Join(
                ',',
                Enumerable.Range(0, 4).Select(i => $"\"{new string('c', 39)}{i}\"")
            )}}],"rounding":"half_even","reward":{"kind":"by_tier","tiers":{"{{new string(
                't',
                40
            )}}":{"kind":"per_amount","points":999999999999,"per":1,"currency":"CNY"} } } },
            {{string.Join(',', multipliers)}}
            """,
            $",\"multiplierOverlap\":\"multiply\",\"caps\":[{string.Join(',', caps)}]"
        );

        var decision = Earn.Decide(
            book,
            Earn.Order(900, 1),
            Earn.Member with
            {
                Tier = new string('t', 40),
            }
        );

        var longest = Assert.Single(decision.Awards);
        Assert.InRange(AwardSteps.Write(longest.Steps).Length, 700, AwardSteps.MaxBytes);
    }

    private static long Sum(Award award) => award.Lines.Sum(line => line.Points);

    private static ReferenceAward ToReference(Award award) =>
        new(
            award.RuleId,
            award.Points,
            Earn.Lines(award),
            string.Join(
                ' ',
                award.Uses.Select(use => ReferenceRules.Use(use.Id, use.WindowStart, use.Points))
            )
        );
}
