namespace PointsMall.LoadTests.Compare;

/// <summary>What <c>bench compare</c> was asked for.</summary>
internal sealed record CompareOptions
{
    /// <summary>How often each system has its turn.</summary>
    public required int Rounds { get; init; }

    /// <summary>Of each measured run.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Callers, each on a connection of its own.</summary>
    public required int Connections { get; init; }

    /// <summary>Members who redeem.</summary>
    public required int Members { get; init; }

    /// <summary>The mall's data folder, with a population that <c>bench prepare</c> made, which all systems then get; null for members who redeem and no others.</summary>
    public required string? Data { get; init; }

    /// <summary>Names of the systems beside the mall.</summary>
    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>Decides the order of the systems in each round.</summary>
    public required int Seed { get; init; }

    /// <summary>The page that gets the table; null for none.</summary>
    public required string? Page { get; init; }

    /// <summary>The command line that asked for it.</summary>
    public required string Command { get; init; }
}
