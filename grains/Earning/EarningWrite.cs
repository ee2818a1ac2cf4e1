using System.Security.Cryptography;
using System.Text;

namespace PointsMall.Grains.Earning;

/// <summary>What the commit of an event writes beside the member's account and ledger.</summary>
public sealed record EarningWrite
{
    public required string Partner { get; init; }
    public required EarningEvent Event { get; init; }
    public required EventOutcome Outcome { get; init; }

    /// <summary>The row of <c>check_in</c> to write; the commit demands that the day has none.</summary>
    public CheckIn? CheckIn { get; init; }

    /// <summary>The purchase as it will be.</summary>
    public StoredPurchase? Purchase { get; init; }

    /// <summary>Nothing of the purchase was there when this was decided; the commit demands that.</summary>
    public bool NewPurchase { get; init; }
    public ImmutableArray<ChangedCounter> Counters { get; init; } = [];

    /// <summary>What the member's counters are after the commit.</summary>
    public EarningCounters? CountersAfter { get; init; }

    /// <summary>One row a budget.</summary>
    public ImmutableArray<BudgetDelta> Budgets { get; init; } = [];
}

/// <summary>What a commit takes from a budget, or with negative points gives back.</summary>
/// <param name="Name">The cap's id.</param>
/// <param name="Points">Signed.</param>
/// <param name="Limit">The commit demands that no more is used in all; not looked at when points come back.</param>
public readonly record struct BudgetDelta(string Name, long Points, long Limit)
{
    public Guid Id => IdOf(Name);

    /// <summary>The first 16 bytes of SHA-256 of the name: rows are locked and named by ids.</summary>
    public static Guid IdOf(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
