using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.GrainInterfaces.Members;

/// <summary>
/// The single writer of one member's account, ledger and orders. Key: the member's id. Commands run one after another and
/// answer only after their commit; a command with a known idempotency key answers with its first result.
/// </summary>
[GrainInterfaceType("IMemberGrain"), Alias("IMemberGrain")]
public interface IMemberGrain : IGrainWithGuidKey
{
    /// <summary>Debits the points, takes the stock, counts the limits and creates the order, or does nothing.</summary>
    [Alias("Redeem"), ResponseTimeout("00:00:05")]
    Task<OrderResult> Redeem(RedeemCommand command);

    /// <summary>Cancels an order before shipment: points return to their lots, stock and limits are given back.</summary>
    [Alias("Cancel"), ResponseTimeout("00:00:05")]
    Task<OrderResult> Cancel(CancelCommand command);

    /// <summary>Adds points to the account.</summary>
    [Alias("Grant"), ResponseTimeout("00:00:05")]
    Task<EntryResult> Grant(GrantCommand command);

    /// <summary>Takes points from the account.</summary>
    [Alias("Deduct"), ResponseTimeout("00:00:05")]
    Task<EntryResult> Deduct(DeductCommand command);

    /// <summary>Carries out an event: gives what the rules give for it, or takes back what a refunded purchase had earned.</summary>
    [Alias("Earn"), ResponseTimeout("00:00:05")]
    Task<EarnResult> Earn(EarnCommand command);

    /// <summary>Gives points that would expire a later expiry.</summary>
    [Alias("Extend"), ResponseTimeout("00:00:05")]
    Task<EntryResult> Extend(ExtendCommand command);

    /// <summary>Corrects the points, or asks a second person to approve that.</summary>
    [Alias("Adjust"), ResponseTimeout("00:00:05")]
    Task<AdjustmentResult> Adjust(AdjustCommand command);

    /// <summary>Approves or declines an adjustment.</summary>
    [Alias("DecideApproval"), ResponseTimeout("00:00:05")]
    Task<AdjustmentResult> DecideApproval(DecideApprovalCommand command);

    /// <summary>Sets points aside until they are captured, released, or the hold's time runs out.</summary>
    [Alias("PlaceHold"), ResponseTimeout("00:00:05")]
    Task<HoldResult> PlaceHold(PlaceHoldCommand command);

    /// <summary>Spends what a hold has set aside, or a part of it; the rest is given back.</summary>
    [Alias("CaptureHold"), ResponseTimeout("00:00:05")]
    Task<HoldResult> CaptureHold(CaptureHoldCommand command);

    /// <summary>Gives back what a hold has set aside.</summary>
    [Alias("ReleaseHold"), ResponseTimeout("00:00:05")]
    Task<HoldResult> ReleaseHold(ReleaseHoldCommand command);

    /// <summary>Deactivates the member, or takes that back. What the member has stays.</summary>
    [Alias("SetActive"), ResponseTimeout("00:00:05")]
    Task<MemberStatusResult> SetActive(SetActiveCommand command);

    /// <summary>Writes what has fallen due: holds whose time ran out, pending points that became active, points that expired.</summary>
    /// <returns>False when the due change could not be written now; the sweep comes again.</returns>
    [Alias("ApplyDue"), ResponseTimeout("00:00:05")]
    Task<bool> ApplyDue(CommandHeader header);

    /// <summary>The committed balance, or null for an unknown member. Answers while a command is being committed.</summary>
    [Alias("GetBalance"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<Balance?> GetBalance();
}

/// <summary>Redeem one or more SKUs for points.</summary>
[GenerateSerializer, Immutable, Alias("RedeemCommand")]
public sealed record RedeemCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>1 to 20 items over different SKUs.</summary>
    [Id(1)]
    public required ImmutableArray<RedemptionItem> Items { get; init; }

    /// <summary>A free text for the order, at most 500 characters.</summary>
    [Id(2)]
    public string? Note { get; init; }
}

/// <summary>One line of a redemption.</summary>
/// <param name="SkuId">What.</param>
/// <param name="Quantity">How many, 1 to 1,000.</param>
[GenerateSerializer, Immutable, Alias("RedemptionItem")]
public readonly record struct RedemptionItem(
    [property: Id(0)] Guid SkuId,
    [property: Id(1)] int Quantity
);

/// <summary>Cancel an order.</summary>
[GenerateSerializer, Immutable, Alias("CancelCommand")]
public sealed record CancelCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>The order.</summary>
    [Id(1)]
    public required Guid OrderId { get; init; }

    /// <summary>Why, at most 500 characters.</summary>
    [Id(2)]
    public string? Reason { get; init; }
}

/// <summary>Add points.</summary>
[GenerateSerializer, Immutable, Alias("GrantCommand")]
public sealed record GrantCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>Points to add, 1 to 10^15.</summary>
    [Id(1)]
    public required long Points { get; init; }

    /// <summary>Why, at most 500 characters.</summary>
    [Id(2)]
    public required string Reason { get; init; }

    /// <summary>Where the points come from (<c>purchase</c>, <c>review</c>, ...); lower-case snake_case, at most 40 characters.</summary>
    [Id(3)]
    public string Source { get; init; } = "manual";

    /// <summary>The instant at which they expire; null for the programme's default validity.</summary>
    [Id(4)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The instant from which they can be spent; null for at once.</summary>
    [Id(5)]
    public DateTimeOffset? PendingUntil { get; init; }
}

/// <summary>Give spendable points a later expiry.</summary>
[GenerateSerializer, Immutable, Alias("ExtendCommand")]
public sealed record ExtendCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>Points that expire before this instant; null for before <see cref="ExpiresAt"/>.</summary>
    [Id(1)]
    public DateTimeOffset? ExpiringBefore { get; init; }

    /// <summary>The first instant at which they can be spent no more from now on; in the future, and not before <see cref="ExpiringBefore"/>.</summary>
    [Id(2)]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Why, at most 500 characters.</summary>
    [Id(3)]
    public required string Reason { get; init; }
}

/// <summary>Take points.</summary>
[GenerateSerializer, Immutable, Alias("DeductCommand")]
public sealed record DeductCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>Points to take, 1 to 10^15.</summary>
    [Id(1)]
    public required long Points { get; init; }

    /// <summary>Why, at most 500 characters.</summary>
    [Id(2)]
    public required string Reason { get; init; }
}
