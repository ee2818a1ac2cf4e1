using System.Numerics;

namespace PointsMall.Grains.Earning;

/// <summary>
/// Decides what an event earns. Pure: the same rulebook, event, member and counters give the same awards, whenever and wherever it is asked.
/// The order is: match, multiply, round, cap, stack.
/// </summary>
public static class RuleEngine
{
    /// <param name="rulebook">The version in force when the event happened.</param>
    /// <param name="e">Checked by <see cref="EventRules"/>.</param>
    /// <param name="member">Who did it.</param>
    /// <param name="counters">The member's, of the windows that hold the event's time, and the cooldowns.</param>
    /// <param name="calendar">The programme's.</param>
    public static EarningDecision Evaluate(
        Rulebook rulebook,
        EarningEvent e,
        MemberFacts member,
        EarningCounters counters,
        Calendar calendar
    )
    {
        ArgumentNullException.ThrowIfNull(rulebook);
        ArgumentNullException.ThrowIfNull(e);
        ArgumentNullException.ThrowIfNull(calendar);
        return new EventEvaluation(rulebook, new Scene(e, member, calendar), counters).Run();
    }
}

/// <summary>One event while it is decided.</summary>
internal sealed class EventEvaluation
{
    private readonly Rulebook _rulebook;
    private readonly Scene _scene;
    private readonly EarningCounters _counters;
    private readonly CapBook _caps;
    private readonly Multipliers _multipliers;
    private readonly ImmutableArray<Rule> _candidates;
    private readonly ImmutableArray<Award>.Builder _awards = ImmutableArray.CreateBuilder<Award>();
    private readonly Dictionary<string, NotFiredReason> _notFired = new(StringComparer.Ordinal);
    private readonly HashSet<string> _multiplied = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outdone = new(StringComparer.Ordinal);

    public EventEvaluation(Rulebook rulebook, Scene scene, EarningCounters counters)
    {
        _rulebook = rulebook;
        _scene = scene;
        _counters = counters;
        _caps = new(rulebook, counters, scene.Calendar, scene.Event.OccurredAt);
        var matching = rulebook
            .RulesFor(scene.Event.Type)
            .Where(rule => !Fails(rule, RuleMatch.WhyNot(rule, scene)))
            .ToImmutableArray();
        _multipliers = new(
            [.. matching.Where(rule => rule.Reward is MultiplierReward)],
            rulebook.Terms.Overlap,
            scene
        );
        _candidates = [.. matching.Where(rule => rule.Reward is not MultiplierReward)];
    }

    public EarningDecision Run()
    {
        foreach (var group in _candidates.GroupBy(rule => rule.Group, StringComparer.Ordinal))
        {
            Decide([.. group], _rulebook.StackingOf(group.Key));
        }
        foreach (var multiplier in _multipliers.Rules)
        {
            Fails(multiplier, WhyIdle(multiplier));
        }
        return new(
            _awards.DrainToImmutable(),
            [
                .. _rulebook
                    .RulesFor(_scene.Event.Type)
                    .Where(rule => _notFired.ContainsKey(rule.Id))
                    .Select(rule => new NotFired(rule.Id, _notFired[rule.Id])),
            ]
        );
    }

    private NotFiredReason? WhyIdle(Rule multiplier)
    {
        if (_multiplied.Contains(multiplier.Id))
        {
            return null;
        }
        return _outdone.Contains(multiplier.Id)
            ? NotFiredReason.NotBest
            : NotFiredReason.NothingToMultiply;
    }

    private void Decide(ImmutableArray<Rule> rules, Stacking stacking)
    {
        var chosenFrom = rules.Length > 1 ? rules.Length : 0;
        switch (stacking)
        {
            case Stacking.All:
                foreach (var rule in rules)
                {
                    if (TryOffer(rule) is { } offer)
                    {
                        Give(offer, stacking, chosenFrom);
                    }
                }
                break;
            case Stacking.Best:
                var offers = rules.Select(TryOffer).OfType<Offer>().ToArray();
                var best = offers.MaxBy(offer => offer.Capped.Points);
                foreach (var offer in offers)
                {
                    Fails(offer.Rule, offer == best ? null : NotFiredReason.NotBest);
                }
                Give(best, stacking, chosenFrom);
                break;
            case Stacking.First:
                Offer? first = null;
                foreach (var rule in rules)
                {
                    if (first is not null)
                    {
                        Fails(rule, NotFiredReason.NotFirst);
                    }
                    else
                    {
                        first = TryOffer(rule);
                    }
                }
                Give(first, stacking, chosenFrom);
                break;
            default:
                throw new InvalidOperationException($"Unknown stacking {stacking}");
        }
    }

    /// <summary>What the rule would give now, or null after noting why nothing.</summary>
    private Offer? TryOffer(Rule rule)
    {
        if (
            rule.Cooldown > TimeSpan.Zero
            && _counters.IsCooling(rule.Id, _scene.Event.OccurredAt, rule.Cooldown)
        )
        {
            Fails(rule, NotFiredReason.CoolingDown);
            return null;
        }
        var yield = RewardRules.Of(rule, _scene, _multipliers);
        if (Fails(rule, yield.Reason))
        {
            return null;
        }
        var rounded = yield.Points.Round(rule.Rounding);
        if (rounded < BigInteger.One || rounded > Rule.MaxPoints)
        {
            Fails(
                rule,
                rounded < BigInteger.One
                    ? NotFiredReason.NothingEarned
                    : NotFiredReason.TooManyPoints
            );
            return null;
        }
        var capped = _caps.Apply(rule, (long)rounded);
        return Fails(rule, capped.Points == 0 ? NotFiredReason.CapReached : null)
            ? null
            : new(rule, yield, (long)rounded, capped);
    }

    private void Give(Offer? offer, Stacking stacking, int chosenFrom)
    {
        if (offer is null)
        {
            return;
        }
        var (rule, yield, rounded, capped) = offer;
        _multiplied.UnionWith(yield.Multipliers);
        _outdone.UnionWith(yield.Outdone);
        ImmutableArray<AwardStep> steps =
        [
            .. yield.Steps,
            new(AwardStepKind.Rounding, RuleWords.Of(rule.Rounding), AwardSteps.Text(rounded)),
            .. capped.Clipped,
        ];
        if (chosenFrom > 0)
        {
            steps = steps.Add(
                new(AwardStepKind.Stacking, RuleWords.Of(stacking), AwardSteps.Text(chosenFrom))
            );
        }
        _awards.Add(
            new Award
            {
                RuleId = rule.Id,
                RulebookVersion = _rulebook.Version,
                Source = rule.Source,
                Points = capped.Points,
                Lines = yield.Spread(capped.Points),
                Activation = rule.Activation,
                Validity = rule.Validity,
                Steps = steps,
                Uses = _caps.Use(rule, capped.Points),
                Budget = capped.Budget is { } budget
                    ? new(budget.Id, capped.Points, budget.Points!.Value, budget.Over)
                    : null,
            }
        );
    }

    private bool Fails(Rule rule, NotFiredReason? reason)
    {
        if (reason is { } why)
        {
            _notFired[rule.Id] = why;
        }
        return reason is not null;
    }

    private sealed record Offer(Rule Rule, Yield Yield, long Rounded, Capped Capped);
}
