namespace PointsMall.GrainInterfaces.Inventory;

/// <summary>
/// The gate in front of one SKU's stock. Key: the SKU's id. A claim is a decision in memory and writes nothing; the stock itself is the
/// row <c>stock</c>, which the member's commit decrements under the claim's epoch.
/// </summary>
[GrainInterfaceType("IInventoryGrain"), Alias("IInventoryGrain")]
public interface IInventoryGrain : IGrainWithGuidKey
{
    /// <summary>Sets units aside for a command, or says why not. The same command id again gets the same claim.</summary>
    [Alias("Claim"), ResponseTimeout("00:00:01")]
    Task<ClaimAnswer> Claim(ClaimRequest request);

    /// <summary>Gives a claim back. Unknown ids are ignored; it may be sent any number of times.</summary>
    [Alias("Release"), ResponseTimeout("00:00:01")]
    Task Release(Guid commandId);

    /// <summary>What a batch's commit made of this SKU's claims. Told once a batch by the committer; may get lost.</summary>
    [Alias("Resolve"), OneWay]
    Task Resolve(ClaimVerdicts verdicts);

    /// <summary>The offer has changed: read it again under a new epoch before the next claim.</summary>
    [Alias("Reload"), ResponseTimeout("00:00:05")]
    Task Reload();

    /// <summary>Adds to the stock or takes from it.</summary>
    [Alias("Move"), ResponseTimeout("00:00:05")]
    Task<StockMovementResult> Move(StockMovementCommand command);
}

/// <summary>What a claim needs to be decided without a look at the database.</summary>
[GenerateSerializer, Immutable, Alias("ClaimRequest")]
public sealed record ClaimRequest
{
    /// <summary>The redemption's command id.</summary>
    [Id(0)]
    public required Guid CommandId { get; init; }

    /// <summary>The member.</summary>
    [Id(1)]
    public required Guid MemberId { get; init; }

    /// <summary>Units.</summary>
    [Id(2)]
    public required int Quantity { get; init; }

    /// <summary>Points that the member can spend.</summary>
    [Id(3)]
    public required long SpendablePoints { get; init; }

    /// <summary>The member's open counters for this SKU.</summary>
    [Id(4)]
    public required ImmutableArray<RedeemedCount> Redeemed { get; init; }

    /// <summary>The member's clock floor: the gate decides at the later of this and its own clock.</summary>
    [Id(5)]
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Until when the claim holds. Past it the gate may forget the claim by starting a new epoch.</summary>
    [Id(6)]
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>The epoch that a commit refused as stale, or 0: the gate must not answer from it again.</summary>
    [Id(7)]
    public long StaleEpoch { get; init; }
}

/// <summary>The time over which a per-member limit counts, in the programme's zone.</summary>
[GenerateSerializer, Alias("LimitWindow")]
public enum LimitWindow
{
    /// <summary>For ever.</summary>
    Total = 1,

    /// <summary>The calendar day.</summary>
    Day = 2,

    /// <summary>Monday to Sunday.</summary>
    Week = 3,

    /// <summary>The calendar month.</summary>
    Month = 4,
}

/// <summary>Units that a member has redeemed of a SKU in a window.</summary>
/// <param name="Window">The kind of window.</param>
/// <param name="WindowStart">Its first instant; <see cref="DateTimeOffset.UnixEpoch"/> for <see cref="LimitWindow.Total"/>.</param>
/// <param name="Count">Units in live orders.</param>
[GenerateSerializer, Immutable, Alias("RedeemedCount")]
public readonly record struct RedeemedCount(
    [property: Id(0)] LimitWindow Window,
    [property: Id(1)] DateTimeOffset WindowStart,
    [property: Id(2)] long Count
);

/// <summary>A refusal, or the terms under which the units were set aside.</summary>
[GenerateSerializer, Immutable, Alias("ClaimAnswer")]
public sealed record ClaimAnswer
{
    /// <summary>Set when nothing was set aside.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The terms.</summary>
    [Id(1)]
    public ClaimTerms? Terms { get; init; }

    /// <summary>
    /// The limit began after some of the member's orders may have been made: count them from the orders and claim again with the count.
    /// </summary>
    [Id(2)]
    public LimitTerms? CountOrders { get; init; }
}

/// <summary>The offer as it stood when the claim was made.</summary>
[GenerateSerializer, Immutable, Alias("ClaimTerms")]
public sealed record ClaimTerms
{
    /// <summary>The SKU.</summary>
    [Id(0)]
    public required Guid SkuId { get; init; }

    /// <summary>Its product.</summary>
    [Id(1)]
    public required Guid ProductId { get; init; }

    /// <summary>The name that the order keeps.</summary>
    [Id(2)]
    public required string Name { get; init; }

    /// <summary>Points a unit.</summary>
    [Id(3)]
    public required long PointsEach { get; init; }

    /// <summary>Units set aside.</summary>
    [Id(4)]
    public required int Quantity { get; init; }

    /// <summary>The stock's epoch; the commit demands it.</summary>
    [Id(5)]
    public required long Epoch { get; init; }

    /// <summary>The gate's clock when it decided.</summary>
    [Id(6)]
    public required DateTimeOffset ClaimedAt { get; init; }

    /// <summary>The per-member limit, if there is one.</summary>
    [Id(7)]
    public LimitTerms? Limit { get; init; }
}

/// <summary>A per-member limit with the window that is open now.</summary>
/// <param name="Limit">Units a member may redeem in the window.</param>
/// <param name="Window">The kind of window.</param>
/// <param name="WindowStart">The open window's first instant.</param>
[GenerateSerializer, Immutable, Alias("LimitTerms")]
public sealed record LimitTerms(
    [property: Id(0)] long Limit,
    [property: Id(1)] LimitWindow Window,
    [property: Id(2)] DateTimeOffset WindowStart
);

/// <summary>What became of claims in one batch.</summary>
[GenerateSerializer, Immutable, Alias("ClaimVerdicts")]
public sealed record ClaimVerdicts
{
    /// <summary>Claims whose units were sold.</summary>
    [Id(0)]
    public required ImmutableArray<Guid> Sold { get; init; }

    /// <summary>Claims that were refused for good.</summary>
    [Id(1)]
    public required ImmutableArray<Guid> Refused { get; init; }

    /// <summary>Units that came back from cancelled orders.</summary>
    [Id(2)]
    public required long Returned { get; init; }

    /// <summary>The row's epoch after the commit. A gate of an earlier epoch learns that it is out of date.</summary>
    [Id(3)]
    public required long Epoch { get; init; }

    /// <summary>Units of <see cref="Sold"/> in all: the gate lowers its stock by them even when it has forgotten a claim.</summary>
    [Id(4)]
    public required long SoldUnits { get; init; }
}

/// <summary>Add to the stock of a SKU or take from it.</summary>
[GenerateSerializer, Immutable, Alias("StockMovementCommand")]
public sealed record StockMovementCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>Signed units, not zero, at most 10^9 in size.</summary>
    [Id(1)]
    public required long Quantity { get; init; }

    /// <summary>Why, at most 500 characters.</summary>
    [Id(2)]
    public required string Reason { get; init; }
}

/// <summary>A refusal, or the units available after the movement.</summary>
[GenerateSerializer, Immutable, Alias("StockMovementResult")]
public sealed record StockMovementResult : ICommandResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>Units available after this movement.</summary>
    [Id(1)]
    public long Available { get; init; }

    /// <summary>An earlier command with this key did the work.</summary>
    [Id(2)]
    public bool Replayed { get; init; }
}
