using Npgsql;

namespace PointsMall.LoadTests.Bench.Histories;

/// <summary>The mall's own books. An order belongs to the run when it has one of the run's SKUs, which were made for it.</summary>
internal sealed class MallBooks(NpgsqlDataSource owner, IReadOnlyList<StageSku> skus) : IBooks
{
    private const string Commands = """
        select member_id, key, order_id
        from mall.command
        where member_id = any($1)
            and key is not null
        """;

    private const string Orders = """
        select o.order_id, o.member_id, o.status <> 'cancelled', l.sku_id, l.quantity
        from mall.redemption_order o
        join mall.order_line l on l.order_id = o.order_id
        where o.member_id = any($1)
        """;

    private const string Stock = """
        select sku_id, available
        from mall.stock
        where sku_id = any($1)
        """;

    private readonly Guid[] _skus = [.. skus.Select(sku => sku.SkuId)];

    public async Task<MemberBooks> Of(IReadOnlyList<Shopper> members, CancellationToken cancelled)
    {
        var ids = members.Select(member => member.MemberId).ToArray();
        var ofRun = _skus.ToHashSet();
        List<BookedCommand> commands = [];
        await foreach (var row in Read(Commands, ids, cancelled))
        {
            // Keys of other shapes are from before the run.
            if (Guid.TryParseExact(row.GetString(1), "D", out var key))
            {
                commands.Add(
                    new BookedCommand(row.GetGuid(0), key, row.IsDBNull(2) ? null : row.GetGuid(2))
                );
            }
        }
        var orders = new Dictionary<Guid, BookedOrder>();
        await foreach (var row in Read(Orders, ids, cancelled))
        {
            var orderId = row.GetGuid(0);
            var line = new BasketLine(row.GetGuid(3), row.GetInt32(4));
            if (!ofRun.Contains(line.SkuId))
            {
                continue;
            }
            orders[orderId] = orders.TryGetValue(orderId, out var known)
                ? known with
                {
                    Lines = [.. known.Lines, line],
                }
                : new BookedOrder(row.GetGuid(1), row.GetBoolean(2), [line]);
        }
        return new MemberBooks(commands, orders);
    }

    public async Task<IReadOnlyDictionary<Guid, long>> Available(CancellationToken cancelled)
    {
        var available = new Dictionary<Guid, long>();
        await foreach (var row in Read(Stock, _skus, cancelled))
        {
            available.Add(row.GetGuid(0), row.GetInt64(1));
        }
        return available;
    }

    private async IAsyncEnumerable<NpgsqlDataReader> Read(
        string sql,
        Guid[] ids,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancelled
    )
    {
        await using var command = owner.CreateCommand(sql);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        while (await reader.ReadAsync(cancelled))
        {
            yield return reader;
        }
    }
}
