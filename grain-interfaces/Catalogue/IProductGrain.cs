namespace PointsMall.GrainInterfaces.Catalogue;

/// <summary>
/// The single writer of one product, its SKUs and their offers. Key: the product's id. A change of offer, window or listing starts a new
/// epoch of the SKUs' stock in the same transaction, so that no claim made under the old terms can be committed.
/// </summary>
[GrainInterfaceType("IProductGrain"), Alias("IProductGrain")]
public interface IProductGrain : IGrainWithGuidKey
{
    /// <summary>Creates the product, delisted and without SKUs.</summary>
    [Alias("Create"), ResponseTimeout("00:00:05")]
    Task<ProductResult> Create(ChangeProductCommand command);

    /// <summary>Changes the fields that are set.</summary>
    [Alias("Change"), ResponseTimeout("00:00:05")]
    Task<ProductResult> Change(ChangeProductCommand command);

    /// <summary>Lists or delists the product.</summary>
    [Alias("SetListing"), ResponseTimeout("00:00:05")]
    Task<ProductResult> SetListing(CommandHeader header, bool listed);

    /// <summary>Adds a SKU with empty stock.</summary>
    [Alias("AddSku"), ResponseTimeout("00:00:05")]
    Task<ProductResult> AddSku(ChangeSkuCommand command);

    /// <summary>Changes the SKU's fields that are set.</summary>
    [Alias("ChangeSku"), ResponseTimeout("00:00:05")]
    Task<ProductResult> ChangeSku(ChangeSkuCommand command);

    /// <summary>Stops the sale of one SKU; its members are refused as by a delisted product.</summary>
    /// <param name="header">Identity, key, deadline.</param>
    /// <param name="skuId">The SKU.</param>
    /// <param name="by">Why: the name of the check that does not hold, or <c>staff</c>.</param>
    [Alias("StopSale"), ResponseTimeout("00:00:05")]
    Task<ProductResult> StopSale(CommandHeader header, Guid skuId, string by);

    /// <summary>Lets a SKU be sold again whose sale was stopped.</summary>
    [Alias("ResumeSale"), ResponseTimeout("00:00:05")]
    Task<ProductResult> ResumeSale(CommandHeader header, Guid skuId);
}

/// <summary>Create or change a product.</summary>
/// <param name="Header">Identity, key, deadline.</param>
/// <param name="Changes">The fields sent.</param>
[GenerateSerializer, Immutable, Alias("ChangeProductCommand")]
public sealed record ChangeProductCommand(
    [property: Id(0)] CommandHeader Header,
    [property: Id(1)] ProductChanges Changes
);

/// <summary>Create or change a SKU.</summary>
/// <param name="Header">Identity, key, deadline.</param>
/// <param name="SkuId">The SKU; a new UUIDv7 when it is added.</param>
/// <param name="Changes">The fields sent.</param>
[GenerateSerializer, Immutable, Alias("ChangeSkuCommand")]
public sealed record ChangeSkuCommand(
    [property: Id(0)] CommandHeader Header,
    [property: Id(1)] Guid SkuId,
    [property: Id(2)] SkuChanges Changes
);

/// <summary>A field that may be left alone, set, or set to nothing.</summary>
/// <typeparam name="T">The field's type.</typeparam>
/// <param name="IsSet">The field was sent.</param>
/// <param name="Value">Its new value; null clears it.</param>
[GenerateSerializer, Immutable, Alias("Change`1")]
public readonly record struct Change<T>([property: Id(0)] bool IsSet, [property: Id(1)] T? Value)
{
    /// <summary>The value after the change.</summary>
    public T? Or(T? current) => IsSet ? Value : current;
}

/// <summary>Fields of a product that were sent. Texts are in the programme's default language.</summary>
[GenerateSerializer, Immutable, Alias("ProductChanges")]
public sealed record ProductChanges
{
    /// <summary>1 to 200 characters.</summary>
    [Id(0)]
    public Change<string> Name { get; init; }

    /// <summary>At most 500 characters.</summary>
    [Id(1)]
    public Change<string> Summary { get; init; }

    /// <summary>At most 10,000 characters.</summary>
    [Id(2)]
    public Change<string> Description { get; init; }

    /// <summary>product, coupon or gift.</summary>
    [Id(3)]
    public Change<string> Type { get; init; }

    /// <summary>A slug, at most 60 characters.</summary>
    [Id(4)]
    public Change<string> Category { get; init; }

    /// <summary>http(s) address or absolute path of the picture.</summary>
    [Id(5)]
    public Change<string> ImageUrl { get; init; }

    /// <summary>Further pictures, at most 20.</summary>
    [Id(6)]
    public Change<ImmutableArray<string>?> Images { get; init; }

    /// <summary>Short labels, at most 10.</summary>
    [Id(7)]
    public Change<ImmutableArray<string>?> Badges { get; init; }

    /// <summary>Texts in other languages by BCP 47 tag, at most 20.</summary>
    [Id(8)]
    public Change<ImmutableArray<Translation>?> Translations { get; init; }

    /// <summary>Redemptions begin.</summary>
    [Id(9)]
    public Change<DateTimeOffset?> RedeemableFrom { get; init; }

    /// <summary>Redemptions end (this instant is excluded).</summary>
    [Id(10)]
    public Change<DateTimeOffset?> RedeemableTo { get; init; }
}

/// <summary>Texts in one language; null falls back to the default language.</summary>
/// <param name="Language">BCP 47 tag, as <c>zh</c> or <c>zh-CN</c>.</param>
/// <param name="Name">The name.</param>
/// <param name="Summary">The summary; products only.</param>
/// <param name="Description">The description; products only.</param>
[GenerateSerializer, Immutable, Alias("Translation")]
public sealed record Translation(
    [property: Id(0)] string Language,
    [property: Id(1)] string? Name,
    [property: Id(2)] string? Summary,
    [property: Id(3)] string? Description
);

/// <summary>Fields of a SKU that were sent.</summary>
[GenerateSerializer, Immutable, Alias("SkuChanges")]
public sealed record SkuChanges
{
    /// <summary>Unique in its product, 1 to 60 characters.</summary>
    [Id(0)]
    public Change<string> Code { get; init; }

    /// <summary>1 to 200 characters.</summary>
    [Id(1)]
    public Change<string> Name { get; init; }

    /// <summary>Names in other languages.</summary>
    [Id(2)]
    public Change<ImmutableArray<Translation>?> Translations { get; init; }

    /// <summary>Points a unit, 1 to 10^12.</summary>
    [Id(3)]
    public Change<long?> Points { get; init; }

    /// <summary>Most units in one order.</summary>
    [Id(4)]
    public Change<int?> PerOrderLimit { get; init; }

    /// <summary>Quantities must be multiples of this.</summary>
    [Id(5)]
    public Change<int?> MultipleOf { get; init; }

    /// <summary>Most units a member may redeem in the window.</summary>
    [Id(6)]
    public Change<long?> PerMemberLimit { get; init; }

    /// <summary>The limit's window; total when a limit is set without one.</summary>
    [Id(7)]
    public Change<LimitWindow?> PerMemberWindow { get; init; }

    /// <summary>Redemptions begin; the later of the product's and the SKU's counts.</summary>
    [Id(8)]
    public Change<DateTimeOffset?> RedeemableFrom { get; init; }

    /// <summary>Redemptions end; the earlier of the product's and the SKU's counts.</summary>
    [Id(9)]
    public Change<DateTimeOffset?> RedeemableTo { get; init; }
}

/// <summary>A refusal, or done.</summary>
[GenerateSerializer, Immutable, Alias("ProductResult")]
public sealed record ProductResult : ICommandResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The product that was created or changed.</summary>
    [Id(1)]
    public Guid ProductId { get; init; }

    /// <summary>The SKU that was added or changed.</summary>
    [Id(2)]
    public Guid? SkuId { get; init; }

    /// <summary>An earlier command with this key did the work.</summary>
    [Id(3)]
    public bool Replayed { get; init; }
}
