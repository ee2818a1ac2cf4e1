namespace PointsMall.Grains.Earning;

/// <summary>Whether a rule is about an event at all.</summary>
internal static class RuleMatch
{
    /// <summary>Null when the rule applies. Its window is <c>start &lt;= event &lt; end</c>.</summary>
    public static NotFiredReason? WhyNot(Rule rule, Scene scene)
    {
        if (!rule.Active)
        {
            return NotFiredReason.Inactive;
        }
        var at = scene.Event.OccurredAt;
        if (rule.Start is { } start && at < scene.Calendar.InstantOf(start))
        {
            return NotFiredReason.NotStarted;
        }
        if (rule.End is { } end && at >= scene.Calendar.InstantOf(end))
        {
            return NotFiredReason.Ended;
        }
        return rule.When?.Holds(scene) is false ? NotFiredReason.ConditionNotMet : null;
    }
}
