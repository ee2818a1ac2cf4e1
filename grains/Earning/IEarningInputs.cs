namespace PointsMall.Grains.Earning;

/// <summary>What the rules need to know about a member.</summary>
/// <param name="Facts">What they may ask about.</param>
/// <param name="Counters">What the member has earned in windows that ended after <paramref name="Since"/>.</param>
/// <param name="Since">Events from before this need older counters.</param>
public sealed record EarningInputs(
    MemberFacts Facts,
    EarningCounters Counters,
    DateTimeOffset Since
);

/// <summary>Where the rules' knowledge of a member comes from, for previews and for events.</summary>
public interface IEarningInputs
{
    /// <summary>The member's, good for an event of this time; null for an unknown member.</summary>
    Task<EarningInputs?> Read(Guid memberId, DateTimeOffset occurredAt);
}
