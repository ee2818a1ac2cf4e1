using PointsMall.Grains.Database;

namespace PointsMall.Grains.Inventory;

/// <summary>A row of <c>stock_movement</c>: what an idempotency key did first.</summary>
public sealed record StoredMovement(ReadOnlyMemory<byte> Fingerprint, long AvailableAfter);

/// <summary>Looks stock movements up.</summary>
public sealed class MovementRecords(MallDatabase database)
{
    private const string ByKey = """
        select fingerprint, available_after
        from stock_movement
        where sku_id = $1
            and principal = $2
            and key = $3
        """;

    public async Task<StoredMovement?> FindByKey(Guid skuId, string principal, string key)
    {
        await using var command = database.Loads.CreateCommand(ByKey);
        command.Parameters.Add(new() { Value = skuId });
        command.Parameters.Add(new() { Value = principal });
        command.Parameters.Add(new() { Value = key });
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? new StoredMovement(row.GetFieldValue<byte[]>(0), row.GetInt64(1))
            : null;
    }
}
