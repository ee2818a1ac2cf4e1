using Dapper;
using Npgsql;
using PointsMall.Api.Members;
using PointsMall.Api.Reads;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Orders;

/// <summary>Reads members' orders. Every query names the member: an order of somebody else is not there.</summary>
internal sealed class OrderQueries(DatabaseReads reads)
{
    private const char ListId = 'o';

    private const string SelectPage = """
        select order_id, status, points_total, created_at, note
        from mall.redemption_order
        where member_id = @memberId
        and (@before::uuid is null or order_id < @before)
        and (@status::text is null or status = @status)
        order by order_id desc
        limit @rows
        """;

    private const string SelectOne = """
        select order_id, status, points_total, created_at, note
        from mall.redemption_order
        where member_id = @memberId
        and order_id = @orderId
        """;

    private const string SelectDetails = """
        select order_id, sku_id, product_id, name, quantity, points_each
        from mall.order_line
        where order_id = any(@orderIds)
        order by order_id, line_no;

        select order_id, status, at
        from mall.order_status_change
        where order_id = any(@orderIds)
        order by order_id, at
        """;

    /// <summary>A page of the member's orders, newest first, or null for an unknown member.</summary>
    public async Task<Page<OrderAnswer>?> List(
        Guid memberId,
        Query query,
        CancellationToken cancelled
    )
    {
        var limit = query.Limit();
        var status = query.OneOf("status", Names.OrderStatuses);
        var cursor = Cursor.Decode(query.Text("cursor", Cursor.MaxCharacters), ListId);
        query.ThrowIfWrong();

        var parameters = new
        {
            memberId,
            before = cursor?.Id,
            status,
            rows = limit + 1,
        };
        var select = new CommandDefinition(SelectPage, parameters, cancellationToken: cancelled);
        return await reads.Current(
            connection => List(connection, select, memberId, limit),
            cancelled
        );
    }

    private static async Task<Page<OrderAnswer>?> List(
        NpgsqlConnection connection,
        CommandDefinition select,
        Guid memberId,
        int limit
    )
    {
        var rows = await MemberQueries.Rows<OrderRow>(connection, select, memberId);
        if (rows is null or [])
        {
            return rows is null ? null : new Page<OrderAnswer> { Items = [], NextCursor = null };
        }
        var details = await Details.Read(connection, rows, select.CancellationToken);
        return Page<OrderAnswer>.Of(
            rows,
            limit,
            details.ToAnswer,
            row => new Cursor(ListId, row.OrderId)
        );
    }

    /// <summary>The member's order, or null.</summary>
    public Task<OrderAnswer?> Find(Guid memberId, Guid orderId, CancellationToken cancelled) =>
        reads.Current(connection => Find(connection, memberId, orderId, cancelled), cancelled);

    private static async Task<OrderAnswer?> Find(
        NpgsqlConnection connection,
        Guid memberId,
        Guid orderId,
        CancellationToken cancelled
    )
    {
        var row = await connection.QuerySingleOrDefaultAsync<OrderRow>(
            new CommandDefinition(
                SelectOne,
                new { memberId, orderId },
                cancellationToken: cancelled
            )
        );
        if (row is null)
        {
            return null;
        }
        var details = await Details.Read(connection, [row], cancelled);
        return details.ToAnswer(row);
    }

    /// <summary>Lines and status changes of some orders.</summary>
    private sealed class Details(
        ILookup<Guid, OrderItemAnswer> items,
        ILookup<Guid, OrderStatusAnswer> changes
    )
    {
        public static async Task<Details> Read(
            NpgsqlConnection connection,
            IEnumerable<OrderRow> orders,
            CancellationToken cancelled
        )
        {
            var orderIds = orders.Select(order => order.OrderId).ToArray();
            await using var results = await connection.QueryMultipleAsync(
                new CommandDefinition(SelectDetails, new { orderIds }, cancellationToken: cancelled)
            );
            var lines = await results.ReadAsync<LineRow>();
            var changes = await results.ReadAsync<ChangeRow>();
            return new Details(
                lines.ToLookup(line => line.OrderId, line => line.ToAnswer()),
                changes.ToLookup(change => change.OrderId, change => change.ToAnswer())
            );
        }

        public OrderAnswer ToAnswer(OrderRow row) =>
            new()
            {
                OrderId = row.OrderId,
                Status = row.Status,
                Items = [.. items[row.OrderId]],
                PointsTotal = row.PointsTotal,
                CreatedAt = row.CreatedAt.ToInstant(),
                History =
                [
                    new OrderStatusAnswer { Status = "created", At = row.CreatedAt.ToInstant() },
                    .. changes[row.OrderId],
                ],
                Note = row.Note,
            };
    }

    private sealed class OrderRow
    {
        public Guid OrderId { get; init; }
        public string Status { get; init; } = "";
        public long PointsTotal { get; init; }
        public DateTime CreatedAt { get; init; }
        public string? Note { get; init; }
    }

    private sealed class LineRow
    {
        public Guid OrderId { get; init; }
        public Guid SkuId { get; init; }
        public Guid ProductId { get; init; }
        public string Name { get; init; } = "";
        public int Quantity { get; init; }
        public long PointsEach { get; init; }

        public OrderItemAnswer ToAnswer() =>
            new()
            {
                SkuId = SkuId,
                ProductId = ProductId,
                Name = Name,
                Quantity = Quantity,
                PointsEach = PointsEach,
            };
    }

    private sealed class ChangeRow
    {
        public Guid OrderId { get; init; }
        public string Status { get; init; } = "";
        public DateTime At { get; init; }

        public OrderStatusAnswer ToAnswer() => new() { Status = Status, At = At.ToInstant() };
    }
}
