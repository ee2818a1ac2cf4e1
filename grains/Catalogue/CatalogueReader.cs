using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Catalogue;

/// <summary>What <see cref="ProductGrain"/> reads.</summary>
public sealed class CatalogueReader(MallDatabase database)
{
    private const string ProductAndSkus = """
        select to_jsonb(p)::text
        from product p
        where p.product_id = $1
        union all
        (
            select to_jsonb(s)::text
            from sku s
            where s.product_id = $1
            order by s.position
        )
        """;

    private const string RedeemedUnits = """
        select redeemed
        from stock
        where sku_id = $1
        """;

    // The command's own row comes first: a command that is sent again after a lost answer need not have a key.
    private const string FirstChange = """
        select change_id, product_id, sku_id, operation, fingerprint
        from (
            select 1 as rank, change_id, product_id, sku_id, operation, fingerprint
            from catalogue_change
            where change_id = $1
            union all
            select 2, change_id, product_id, sku_id, operation, fingerprint
            from catalogue_change
            where principal = $2 and key = $3
        ) c
        order by rank
        limit 1
        """;

    /// <summary>The product with its SKUs, or null.</summary>
    public async Task<ProductState?> Load(Guid productId, CancellationToken cancellation)
    {
        await using var command = database.Loads.CreateCommand(ProductAndSkus);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = productId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return null;
        }
        var product = CatalogueJson.ReadProduct(reader.GetString(0));
        var skus = ImmutableArray.CreateBuilder<Sku>();
        while (await reader.ReadAsync(cancellation))
        {
            skus.Add(CatalogueJson.ReadSku(reader.GetString(0)));
        }
        return new ProductState(product, skus.DrainToImmutable());
    }

    /// <summary>Units of the SKU in live orders.</summary>
    public async Task<long> Redeemed(Guid skuId, CancellationToken cancellation)
    {
        await using var command = database.Loads.CreateCommand(RedeemedUnits);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = skuId });
        return await command.ExecuteScalarAsync(cancellation) as long? ?? 0;
    }

    /// <summary>The change that this command, or an earlier one with its key, has made; null when there is none.</summary>
    public async Task<EarlierChange?> Earlier(CommandHeader header, CancellationToken cancellation)
    {
        await using var command = database.Loads.CreateCommand(FirstChange);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = header.CommandId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = header.Principal });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = (object?)header.Key ?? DBNull.Value,
                NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text,
            }
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new EarlierChange(
                reader.GetGuid(0),
                reader.GetGuid(1),
                await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetGuid(2),
                reader.GetString(3),
                reader.GetFieldValue<byte[]>(4)
            )
            : null;
    }
}

/// <summary>A change that was committed before.</summary>
public sealed record EarlierChange(
    Guid ChangeId,
    Guid ProductId,
    Guid? SkuId,
    string Operation,
    ReadOnlyMemory<byte> Fingerprint
)
{
    /// <summary>The same command's: operation and content are equal.</summary>
    public bool IsOf(CommandHeader header, string operation) =>
        Operation == operation && Fingerprint.Span.SequenceEqual(header.Fingerprint);
}
