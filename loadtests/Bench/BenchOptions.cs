namespace PointsMall.LoadTests.Bench;

/// <summary>What <c>./mall bench</c> was asked for; null where the scenario decides.</summary>
public sealed record BenchOptions
{
    /// <summary>Names, in the order in which they run.</summary>
    public IReadOnlyList<string> Scenarios { get; init; } = [];

    /// <summary>The API of a mall that runs already; null for a mall of its own.</summary>
    public Uri? Against { get; init; }

    /// <summary>The data folder of the mall; null for a temporary one.</summary>
    public string? Data { get; init; }

    /// <summary>Silos of the mall of its own, 1 to 16.</summary>
    public int Silos { get; init; } = 1;

    /// <summary>Iterations a second at the height of the load.</summary>
    public int? Rate { get; init; }

    /// <summary>How long the height lasts.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Where the reports go, a folder for each scenario.</summary>
    public string Report { get; init; } = "reports";

    /// <summary>A JSON file in NBomber's format; it beats the scenarios' own settings.</summary>
    public string? Config { get; init; }

    /// <summary>Members who call.</summary>
    public int? Members { get; init; }

    /// <summary>Lots that each of them has, 1 to 24.</summary>
    public int? Lots { get; init; }

    /// <summary>SKUs of a scenario over many.</summary>
    public int? Skus { get; init; }

    /// <summary>Units of each SKU.</summary>
    public long? Stock { get; init; }

    /// <summary>What the database holds beside the scenario's own members.</summary>
    public Population Population { get; init; } = Population.None;

    /// <summary>Milliseconds added to each flush of the database's log, 0 to 100.</summary>
    public int FlushDelayMs { get; init; }

    /// <summary>A temporary data folder is left for a later run.</summary>
    public bool Keep { get; init; }
}

/// <summary>Members and ledger rows that are there before a scenario's own: tables and indexes of a size that a real mall has.</summary>
/// <param name="Name">As the command line names it.</param>
/// <param name="Members">Members in all.</param>
/// <param name="Rich">Of these, with 24 lots, 8 recent keys and 5 limit counters: those who redeem.</param>
/// <param name="LedgerRows">Ledger entries of all members.</param>
public sealed record Population(string Name, int Members, int Rich, long LedgerRows)
{
    public static readonly Population None = new("none", 0, 0, 0);

    /// <summary>Enough for index plans; seconds to make.</summary>
    public static readonly Population Small = new("small", 50_000, 10_000, 500_000);

    /// <summary>The population of the budgets; minutes to make.</summary>
    public static readonly Population Full = new("full", 1_000_000, 50_000, 10_000_000);

    public static readonly IReadOnlyList<Population> All = [None, Small, Full];
}
