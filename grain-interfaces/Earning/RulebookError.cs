namespace PointsMall.GrainInterfaces.Earning;

/// <summary>Something wrong with a rulebook.</summary>
/// <param name="Path">RFC 6901 pointer to the field, as <c>/rules/0/reward/points</c>; empty for the whole document.</param>
/// <param name="Detail">What is wrong with it, and what is allowed.</param>
[GenerateSerializer, Immutable, Alias("RulebookError")]
public readonly record struct RulebookError(
    [property: Id(0)] string Path,
    [property: Id(1)] string Detail
);
