using Npgsql;
using NpgsqlTypes;
using PointsMall.Grains.Database;
using PointsMall.Grains.Holds;
using PointsMall.Grains.Orders;

namespace PointsMall.Grains.Members;

/// <summary>A row of <c>command</c>: what an idempotency key did first.</summary>
public sealed record StoredCommand(
    long Version,
    Guid CommitId,
    string Operation,
    ReadOnlyMemory<byte> Fingerprint,
    Guid? OrderId,
    long? FirstSequence,
    long? LastSequence
);

/// <summary>What a member's grain reads beside its account: only off the hot path.</summary>
public sealed class MemberRecords(MallDatabase database)
{
    private const string CommandColumns =
        "version, commit_id, operation, fingerprint, order_id, first_sequence, last_sequence";

    private const string CommandByKey = $"""
        select {CommandColumns}
        from command
        where member_id = $1
            and principal = $2
            and key = $3
        """;

    private const string CommandByVersion = $"""
        select {CommandColumns}
        from command
        where member_id = $1
            and version = $2
        """;

    private const string EntryRange = """
        select
            e.sequence, e.type, e.account, e.points, e.balance_after, e.occurred_at, t.reason, e.cause_kind, e.cause_id, e.lots::text
        from ledger_entry e
        left join ledger_text t on t.member_id = e.member_id and t.sequence = e.sequence
        where e.member_id = $1
            and e.sequence between $2 and $3
        order by e.sequence
        """;

    private const string OrderRow = """
        select order_id, status, points_total, created_at, note
        from redemption_order
        where order_id = $1
            and member_id = $2
        """;

    private const string OrderLines = """
        select sku_id, product_id, name, quantity, points_each
        from order_line
        where order_id = $1
        order by line_no
        """;

    private const string OrderHistory = """
        select status, at
        from order_status_change
        where order_id = $1
        order by at
        """;

    private const string RedemptionRange = """
        select first_sequence, last_sequence
        from command
        where member_id = $1
            and order_id = $2
            and operation = 'redeem'
        """;

    private const string PagedLotRows = """
        select a.version, p.number, p.source, p.remaining, p.expires_at, p.activates_at
        from member_account a
        left join point_lot p on p.member_id = a.member_id
        where a.member_id = $1
        """;

    private const string HoldColumns =
        "hold_id, status, points, captured, reason, placed_at, expires_at, closed_at, lots::text, late_until";

    private const string OpenHoldRows = $"""
        select {HoldColumns}
        from hold
        where member_id = $1
            and status = 'open'
        """;

    private const string HoldRow = $"""
        select {HoldColumns}
        from hold
        where member_id = $1
            and hold_id = $2
        """;

    private const string ApprovalRow = """
        select approval_id, member_id, status, points, reason, requested_by, requested_at, decided_by, decided_at,
            decision_reason
        from approval
        where member_id = $1
            and approval_id = $2
        """;

    private const string StatusRow = """
        select s.active, s.at
        from command c
        join member_status_change s on s.member_id = c.member_id and s.at <= c.at
        where c.member_id = $1
            and c.version = $2
        order by s.at desc
        limit 1
        """;

    private const string PagedCounterRows = """
        select sku_id, limit_window, window_start, count
        from member_limit
        where member_id = $1
            and sku_id = any($2)
        """;

    private const string LiveUnits = """
        select coalesce(sum(l.quantity), 0)::bigint
        from redemption_order o
        join order_line l on l.order_id = o.order_id
        where o.member_id = $1
            and o.status <> 'cancelled'
            and o.created_at >= $3
            and l.sku_id = $2
        """;

    public Task<StoredCommand?> FindByKey(Guid memberId, string principal, string key) =>
        ReadCommand(CommandByKey, memberId, principal, key);

    public Task<StoredCommand?> FindByVersion(Guid memberId, long version) =>
        ReadCommand(CommandByVersion, memberId, version);

    public async Task<ImmutableArray<EntryView>> Entries(Guid memberId, long first, long last)
    {
        await using var command = Command(EntryRange, memberId, first, last);
        await using var row = await command.ExecuteReaderAsync();
        var entries = ImmutableArray.CreateBuilder<EntryView>();
        while (await row.ReadAsync())
        {
            entries.Add(
                new EntryView
                {
                    Sequence = row.GetInt64(0),
                    Type = Names.ToEntryType(row.GetString(1)),
                    Account = Names.ToEntryAccount(row.GetString(2)),
                    Points = row.GetInt64(3),
                    BalanceAfter = row.GetInt64(4),
                    OccurredAt = row.GetFieldValue<DateTimeOffset>(5),
                    Reason = row.IsDBNull(6) ? null : row.GetString(6),
                    CauseKind = row.GetString(7),
                    CauseId = row.GetGuid(8),
                    Lots = EntryLots.Parse(row.GetString(9)),
                }
            );
        }
        return entries.ToImmutable();
    }

    /// <summary>The member's order as it stands, or null.</summary>
    public async Task<Order?> Order(Guid memberId, Guid orderId)
    {
        await using var connection = await database.Loads.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(OrderRow) { Parameters = { Value(orderId), Value(memberId) } },
                new(OrderLines) { Parameters = { Value(orderId) } },
                new(OrderHistory) { Parameters = { Value(orderId) } },
            },
        };
        await using var row = await batch.ExecuteReaderAsync();
        if (!await row.ReadAsync())
        {
            return null;
        }
        var order = new Order
        {
            OrderId = row.GetGuid(0),
            Status = Names.ToOrderStatus(row.GetString(1)),
            PointsTotal = row.GetInt64(2),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(3),
            Note = row.IsDBNull(4) ? null : row.GetString(4),
            Items = [],
            History = [],
        };
        await row.NextResultAsync();
        var items = ImmutableArray.CreateBuilder<OrderItem>();
        while (await row.ReadAsync())
        {
            items.Add(
                new OrderItem(
                    row.GetGuid(0),
                    row.GetGuid(1),
                    row.GetString(2),
                    row.GetInt32(3),
                    row.GetInt64(4)
                )
            );
        }
        await row.NextResultAsync();
        var history = ImmutableArray.CreateBuilder<OrderStatusChange>();
        history.Add(new OrderStatusChange(OrderStatus.Created, order.CreatedAt));
        while (await row.ReadAsync())
        {
            history.Add(
                new OrderStatusChange(
                    Names.ToOrderStatus(row.GetString(0)),
                    row.GetFieldValue<DateTimeOffset>(1)
                )
            );
        }
        return order with { Items = items.ToImmutable(), History = history.ToImmutable() };
    }

    /// <summary>The member's order with the lots that it drew on, for a cancel; or null.</summary>
    public async Task<StoredOrder?> OrderWithLots(Guid memberId, Guid orderId) =>
        await Order(memberId, orderId) is { } order
            ? new StoredOrder(order, await LotsOfOrder(memberId, orderId))
            : null;

    /// <summary>The lots that the order's redemption took points from.</summary>
    private async Task<ImmutableArray<EntryLot>> LotsOfOrder(Guid memberId, Guid orderId)
    {
        long first;
        long last;
        await using (var command = Command(RedemptionRange, memberId, orderId))
        {
            await using var row = await command.ExecuteReaderAsync();
            if (!await row.ReadAsync())
            {
                return [];
            }
            (first, last) = (row.GetInt64(0), row.GetInt64(1));
        }
        var entries = await Entries(memberId, first, last);
        return entries
            .Single(entry => entry.Type == EntryType.Redemption && entry.CauseId == orderId)
            .Lots;
    }

    /// <summary>
    /// What of the account is not in its row; null when the database holds another version of the account, of which it would be a part.
    /// </summary>
    public async Task<AccountPages?> Pages(Account account)
    {
        // The holds first: a commit between the two reads shows in the version that comes with the lots.
        var holds = account.Held > 0 ? await OpenHolds(account.MemberId) : [];
        return await PagedLots(account) is { } lots ? new AccountPages(lots, holds) : null;
    }

    private async Task<ImmutableArray<StoredHold>> OpenHolds(Guid memberId)
    {
        await using var command = Command(OpenHoldRows, memberId);
        await using var row = await command.ExecuteReaderAsync();
        var holds = ImmutableArray.CreateBuilder<StoredHold>();
        while (await row.ReadAsync())
        {
            holds.Add(ReadHold(row));
        }
        return holds.ToImmutable();
    }

    /// <summary>The member's hold as its row stands, or null.</summary>
    public async Task<StoredHold?> Hold(Guid memberId, Guid holdId)
    {
        await using var command = Command(HoldRow, memberId, holdId);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync() ? ReadHold(row) : null;
    }

    /// <summary>The approval of an adjustment of this member as its row stands, or null.</summary>
    public async Task<Approval?> Approval(Guid memberId, Guid approvalId)
    {
        await using var command = Command(ApprovalRow, memberId, approvalId);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? new Approval
            {
                ApprovalId = row.GetGuid(0),
                MemberId = row.GetGuid(1),
                Status = Names.ToApprovalStatus(row.GetString(2)),
                Points = row.GetInt64(3),
                Reason = row.GetString(4),
                RequestedBy = row.GetString(5),
                RequestedAt = row.GetFieldValue<DateTimeOffset>(6),
                DecidedBy = row.IsDBNull(7) ? null : row.GetString(7),
                DecidedAt = row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
                DecisionReason = row.IsDBNull(9) ? null : row.GetString(9),
            }
            : null;
    }

    /// <summary>Since when the member was deactivated once a command had been carried out; null: it was active.</summary>
    public async Task<DateTimeOffset?> DeactivatedAt(Guid memberId, long version)
    {
        await using var command = Command(StatusRow, memberId, version);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync() && !row.GetBoolean(0)
            ? row.GetFieldValue<DateTimeOffset>(1)
            : null;
    }

    private static StoredHold ReadHold(NpgsqlDataReader row) =>
        new(
            new Hold
            {
                HoldId = row.GetGuid(0),
                Status = Names.ToHoldStatus(row.GetString(1)),
                Points = row.GetInt64(2),
                Captured = row.GetInt64(3),
                Reason = row.GetString(4),
                PlacedAt = row.GetFieldValue<DateTimeOffset>(5),
                ExpiresAt = row.GetFieldValue<DateTimeOffset>(6),
                ClosedAt = row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7),
            },
            EntryLots.Parse(row.GetString(8)),
            row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9)
        );

    private async Task<ImmutableArray<PagedLotChange>?> PagedLots(Account account)
    {
        await using var command = Command(PagedLotRows, account.MemberId);
        await using var row = await command.ExecuteReaderAsync();
        var lots = ImmutableArray.CreateBuilder<PagedLotChange>();
        var sameVersion = false;
        while (await row.ReadAsync())
        {
            sameVersion = row.GetInt64(0) == account.Version;
            if (!row.IsDBNull(1))
            {
                lots.Add(
                    new PagedLotChange(
                        new Lot(
                            row.GetInt64(1),
                            row.GetInt64(3),
                            row.IsDBNull(4)
                                ? DateTimeOffset.MaxValue
                                : row.GetFieldValue<DateTimeOffset>(4),
                            row.GetInt64(2)
                        ),
                        row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5)
                    )
                );
            }
        }
        return sameVersion ? lots.ToImmutable() : null;
    }

    public async Task<ImmutableArray<LimitCounter>> PagedCounters(
        Guid memberId,
        IEnumerable<Guid> skus
    )
    {
        await using var command = Command(PagedCounterRows, memberId, skus.ToArray());
        await using var row = await command.ExecuteReaderAsync();
        var counters = ImmutableArray.CreateBuilder<LimitCounter>();
        while (await row.ReadAsync())
        {
            counters.Add(
                new LimitCounter(
                    row.GetGuid(0),
                    new RedeemedCount(
                        (LimitWindow)row.GetInt16(1),
                        row.GetFieldValue<DateTimeOffset>(2),
                        row.GetInt64(3)
                    )
                )
            );
        }
        return counters.ToImmutable();
    }

    /// <summary>Units of a SKU in the member's live orders since an instant: for limits that began after some orders.</summary>
    public async Task<long> CountOrders(Guid memberId, Guid skuId, DateTimeOffset since)
    {
        await using var command = Command(LiveUnits, memberId, skuId, since);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<StoredCommand?> ReadCommand(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? new StoredCommand(
                row.GetInt64(0),
                row.GetGuid(1),
                row.GetString(2),
                row.GetFieldValue<byte[]>(3),
                row.IsDBNull(4) ? null : row.GetGuid(4),
                row.IsDBNull(5) ? null : row.GetInt64(5),
                row.IsDBNull(6) ? null : row.GetInt64(6)
            )
            : null;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.Loads.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(Value(value));
        }
        return command;
    }

    private static NpgsqlParameter Value(object value) =>
        value is DateTimeOffset instant
            ? new() { Value = instant, NpgsqlDbType = NpgsqlDbType.TimestampTz }
            : new() { Value = value };
}
