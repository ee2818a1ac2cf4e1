namespace PointsMall.Grains.Holds;

/// <summary>A row of <c>hold</c>.</summary>
/// <param name="Hold">As callers see it.</param>
/// <param name="Lots">What is still set aside, by the lots that it was taken from; empty once the hold is closed.</param>
/// <param name="LateUntil">
/// What a hold whose time ran out gives back from lots that have expired meanwhile is good until then; null: it expires at once. Fixed when
/// the hold is placed, so that a late sweep and a read by SQL come to the same.
/// </param>
public sealed record StoredHold(
    Hold Hold,
    ImmutableArray<EntryLot> Lots,
    DateTimeOffset? LateUntil
);
