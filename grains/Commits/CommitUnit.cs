using PointsMall.Grains.Members;

namespace PointsMall.Grains.Commits;

/// <summary>
/// One command's writes: all of them in one transaction or none. Immutable; the committer may send it again under the same ids.
/// Exactly one of <see cref="Member"/>, <see cref="Movement"/>, <see cref="Registration"/>, <see cref="Catalogue"/> is set.
/// </summary>
public sealed record CommitUnit
{
    /// <summary>UUIDv7 of the command; looked up to settle an unknown outcome.</summary>
    public required Guid CommitId { get; init; }
    public required CommitLane Lane { get; init; }

    /// <summary>Not committed after this instant of the database's clock.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>When the decision was made; the row's time.</summary>
    public required DateTimeOffset At { get; init; }
    public required CommandRow Command { get; init; }
    public MemberWrite? Member { get; init; }
    public MovementWrite? Movement { get; init; }
    public RegistrationWrite? Registration { get; init; }
    public CatalogueWrite? Catalogue { get; init; }
}

/// <summary>Who asked, under which key.</summary>
public sealed record CommandRow(
    string Principal,
    string? Key,
    string Operation,
    ReadOnlyMemory<byte> Fingerprint
);

/// <summary>The next account and everything that goes with it. <paramref name="Before"/> gives the fence.</summary>
public sealed record MemberWrite(Account Before, MemberDecision Decision);

/// <summary>Stock changed by staff. <paramref name="Epoch"/> is demanded when the quantity is negative.</summary>
public sealed record MovementWrite(Guid SkuId, long Quantity, string Reason, long Epoch);

/// <summary>A new member with an empty account.</summary>
public sealed record RegistrationWrite(
    Guid MemberId,
    string? ExternalId,
    string DisplayName,
    string? Email,
    string? Phone,
    Account Account
);

/// <summary>
/// A product's row and changed SKU as they will be, with the epochs to start. JSON in the columns' names: rare, so wide.
/// </summary>
public sealed record CatalogueWrite(
    Guid ProductId,
    long ExpectedVersion,
    string ProductJson,
    Guid? SkuId,
    string? SkuJson,
    string? BeforeJson,
    bool NewSku,
    ImmutableArray<Guid> BumpedSkus
);
