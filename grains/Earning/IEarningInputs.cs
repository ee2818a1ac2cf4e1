namespace PointsMall.Grains.Earning;

/// <summary>What the rules need to know about a member.</summary>
/// <param name="Facts">What they may ask about.</param>
/// <param name="Counters">What the member has earned in open windows.</param>
public sealed record EarningInputs(MemberFacts Facts, EarningCounters Counters);

/// <summary>Where previews learn about a member; real events must read the same.</summary>
public interface IEarningInputs
{
    /// <summary>The member's, or null for an unknown member.</summary>
    Task<EarningInputs?> Read(Guid memberId);
}
