namespace PointsMall.Grains.Earning;

/// <summary>What rules may ask about a member.</summary>
public sealed record MemberFacts
{
    /// <summary>Null while the member is in none.</summary>
    public string? Tier { get; init; }

    public ImmutableArray<string> Segments { get; init; } = [];

    /// <summary>Null while it is not known.</summary>
    public DateOnly? Birthday { get; init; }

    public required DateTimeOffset RegisteredAt { get; init; }
}
