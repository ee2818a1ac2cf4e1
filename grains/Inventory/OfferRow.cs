using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Inventory;

/// <summary>Starts a new epoch of a SKU's stock and reads what its gate must know.</summary>
public sealed class OfferRow(MallDatabase database)
{
    private const string Bump = """
        update stock
        set epoch = epoch + 1
        where sku_id = $1
        returning available, epoch
        """;

    /// <summary>
    /// A statement of its own behind the bump: it sees every change of the offer that was committed before the epoch began, and any later
    /// one begins another epoch.
    /// </summary>
    private const string Read = """
        select
            s.product_id, p.name, s.name, s.points, p.listed and s.stopped_at is null, s.per_order_limit, s.multiple_of, s.per_member_limit,
            s.per_member_window, s.limit_counted_from,
            greatest(p.redeemable_from, s.redeemable_from), least(p.redeemable_to, s.redeemable_to)
        from sku s
        join product p on p.product_id = s.product_id
        where s.sku_id = $1
        """;

    /// <summary>The offer, the units available and the epoch that now begins; null for an unknown SKU.</summary>
    public async Task<(Offer Offer, long Available, long Epoch)?> Start(Guid skuId)
    {
        await using var connection = await database.Loads.OpenConnectionAsync();
        using var warnings = new Warnings(connection);
        // One implicit transaction.
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(Bump) { Parameters = { new() { Value = skuId } } },
                new(Read) { Parameters = { new() { Value = skuId } } },
            },
        };
        await using var row = await batch.ExecuteReaderAsync();
        if (!await row.ReadAsync())
        {
            return null;
        }
        var (available, epoch) = (row.GetInt64(0), row.GetInt64(1));
        await row.NextResultAsync();
        if (!await row.ReadAsync())
        {
            return null;
        }
        var offer = ReadOffer(skuId, row);
        // Only ReadyForQuery tells that the new epoch is committed.
        while (await row.NextResultAsync()) { }
        await row.CloseAsync();
        warnings.ThrowIfHeard();
        return (offer, available, epoch);
    }

    private static Offer ReadOffer(Guid skuId, NpgsqlDataReader row)
    {
        var (product, sku) = (row.GetString(1), row.GetString(2));
        return new Offer
        {
            SkuId = skuId,
            ProductId = row.GetGuid(0),
            Name = product == sku ? product : $"{product} · {sku}",
            Points = row.GetInt64(3),
            Listed = row.GetBoolean(4),
            PerOrderLimit = row.IsDBNull(5) ? null : row.GetInt32(5),
            MultipleOf = row.IsDBNull(6) ? null : row.GetInt32(6),
            PerMemberLimit = row.IsDBNull(7) ? null : row.GetInt64(7),
            PerMemberWindow = row.IsDBNull(8) ? LimitWindow.Total : (LimitWindow)row.GetInt16(8),
            LimitCountedFrom = Instant(row, 9),
            RedeemableFrom = Instant(row, 10),
            RedeemableTo = Instant(row, 11),
        };
    }

    private static DateTimeOffset? Instant(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
