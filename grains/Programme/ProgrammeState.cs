namespace PointsMall.Grains.Programme;

/// <summary>The document that <see cref="ProgrammeGrain"/> keeps. Replaced, never edited.</summary>
[GenerateSerializer, Immutable, Alias("ProgrammeState")]
public sealed record ProgrammeState
{
    /// <summary>Unique among all grain classes: the provider's row key does not hold the class.</summary>
    public const string Name = "programme";

    /// <summary>The storage provider's name in the silo.</summary>
    public const string Provider = "mall";

    /// <summary>What is in force; the defaults before the first change.</summary>
    [Id(0)]
    public ProgrammeSettings Settings { get; init; } = new();
}
