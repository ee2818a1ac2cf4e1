using Npgsql;
using NpgsqlTypes;
using PointsMall.GrainInterfaces.Orders;
using PointsMall.Grains.Database;
using PointsMall.Grains.Earning;
using PointsMall.Grains.Members;

namespace PointsMall.Tests.Cluster.Verification;

/// <summary>Writes members' books as the committer would, but a table at a time.</summary>
internal sealed class BookWriter : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private BookWriter(NpgsqlConnection connection) => _connection = connection;

    public static async Task<BookWriter> Open(NpgsqlDataSource owner) =>
        new(await owner.OpenConnectionAsync());

    public async Task Write(Books books)
    {
        var members = books.Members;
        await WriteCatalogue(books);
        await Copy(
            "member (member_id, display_name, principal, fingerprint, commit_id, created_at)",
            members,
            (row, member) =>
                row.Id(member.MemberId)
                    .Text("Mei")
                    .Text("staff:till")
                    .Bytes([])
                    .Id(member.MemberId)
                    .Instant(member.CreatedAt)
        );
        await Copy(
            "member_account (member_id, version, activations, available, held, pending, debt, lifetime_earned, lifetime_spent, sequence, head_hash, last_at, due_on, state)",
            members,
            (row, member) => WriteAccount(row, member.Account, member.Activations)
        );
        await Copy(
            "point_lot (member_id, number, source, remaining, expires_at, activates_at)",
            members.SelectMany(member =>
                member.PagedLots().Select(change => (member.MemberId, change))
            ),
            (row, lot) =>
                row.Id(lot.MemberId)
                    .Long(lot.change.Lot.Number)
                    .Long(lot.change.Lot.Source)
                    .Long(lot.change.Lot.Remaining)
                    .Instant(Instants.OrNever(lot.change.Lot.ExpiresAt))
                    .Instant(lot.change.ActivatesAt)
        );
        await Copy(
            "hold (hold_id, member_id, status, points, captured, reason, lots, placed_at, expires_at, late_until, closed_at)",
            members.SelectMany(member =>
                member.AllHolds().Select(stored => (member.MemberId, stored.Hold, stored))
            ),
            (row, hold) =>
                row.Id(hold.Hold.HoldId)
                    .Id(hold.MemberId)
                    .Text(Names.Of(hold.Hold.Status))
                    .Long(hold.Hold.Points)
                    .Long(hold.Hold.Captured)
                    .Text(hold.Hold.Reason)
                    .Json(EntryLots.Write(hold.stored.Lots))
                    .Instant(hold.Hold.PlacedAt)
                    .Instant(hold.Hold.ExpiresAt)
                    .Instant(hold.stored.LateUntil)
                    .Instant(hold.Hold.ClosedAt)
        );
        await Copy(
            "purchase (partner, order_id, member_id, paid_at, state)",
            members.SelectMany(member => member.Purchases()),
            (row, purchase) =>
                row.Text(purchase.Partner)
                    .Text(purchase.OrderId)
                    .Id(purchase.MemberId)
                    .Instant(purchase.PaidAt)
                    .Json(EarningJson.Write(purchase))
        );
        await WriteCommits(members.SelectMany(member => member.Commits).ToList());
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static void WriteAccount(CopyRow row, Account account, long activations) =>
        row.Id(account.MemberId)
            .Long(account.Version)
            .Long(activations)
            .Long(account.Available)
            .Long(account.Held)
            .Long(account.Pending)
            .Long(account.Debt)
            .Long(account.LifetimeEarned)
            .Long(account.LifetimeSpent)
            .Long(account.Sequence)
            .Bytes(account.HeadHash.ToBytes())
            .Instant(account.LastAt)
            .Instant(account.DueOn)
            .Bytes(AccountCodec.Encode(account));

    private async Task WriteCommits(List<Commit> commits)
    {
        await Copy(
            "command (member_id, version, commit_id, principal, key, operation, fingerprint, order_id, first_sequence, last_sequence, at)",
            commits,
            (row, commit) =>
                row.Id(commit.Decision.Next!.MemberId)
                    .Long(commit.Decision.Next.Version)
                    .Id(commit.Header.CommandId)
                    .Text(commit.Header.Principal)
                    .Text(commit.Header.Key)
                    .Text(commit.Operation)
                    .Bytes(commit.Header.Fingerprint)
                    .Id(commit.OrderId)
                    .Long(commit.Decision.Entries[0].Sequence)
                    .Long(commit.Decision.Entries[^1].Sequence)
                    .Instant(commit.At)
        );
        await WriteEntries(commits.SelectMany(commit => commit.Decision.Entries).ToList());
        await WriteOrders(commits);
        await Copy(
            "earning_event (partner, event_id, member_id, commit_id, type, occurred_at, rulebook_version, event, outcome, at)",
            commits.Where(commit => commit.Decision.Earning is not null),
            (row, commit) =>
            {
                var earning = commit.Decision.Earning!;
                row.Text(earning.Partner)
                    .Text(earning.Event.EventId)
                    .Id(commit.Decision.Next!.MemberId)
                    .Id(commit.Header.CommandId)
                    .Text(earning.Event.Type)
                    .Instant(earning.Event.OccurredAt)
                    .Long(earning.Outcome.RulebookVersion)
                    .Json(EarningJson.Write(earning.Event))
                    .Json(EarningJson.Write(earning.Outcome))
                    .Instant(commit.At);
            }
        );
    }

    private async Task WriteEntries(List<LedgerEntry> entries)
    {
        await Copy(
            "ledger_entry (member_id, sequence, type, account, points, contra, balance_after, lots, cause_kind, cause_id, actor, text_hash, occurred_at, previous_hash, hash)",
            entries,
            (row, entry) =>
                row.Id(entry.MemberId)
                    .Long(entry.Sequence)
                    .Text(Names.Of(entry.Type))
                    .Text(Names.Of(entry.Account))
                    .Long(entry.Points)
                    .Text(entry.Contra)
                    .Long(entry.BalanceAfter)
                    .Json(EntryLots.Write(entry.Lots))
                    .Text(entry.CauseKind)
                    .Id(entry.CauseId)
                    .Text(Names.Of(entry.Actor))
                    .Bytes(entry.Text is { } text ? LedgerHash.TextHash(text).ToBytes() : null)
                    .Instant(entry.OccurredAt)
                    .Bytes(entry.PreviousHash.ToBytes())
                    .Bytes(entry.Hash.ToBytes())
        );
        await Copy(
            "ledger_text (member_id, sequence, salt, actor_name, reason)",
            entries.Where(entry => entry.Text is not null),
            (row, entry) =>
                row.Id(entry.MemberId)
                    .Long(entry.Sequence)
                    .Bytes([.. entry.Text!.Salt])
                    .Text(entry.Text.ActorName)
                    .Text(entry.Text.Reason)
        );
    }

    private async Task WriteOrders(List<Commit> commits)
    {
        var cancelled = commits
            .Where(commit => commit.Decision.StatusChange is not null)
            .Select(commit => commit.Decision.StatusChange!)
            .ToDictionary(change => change.OrderId);
        var bought = commits.Where(commit => commit.Decision.Order is not null).ToList();
        await Copy(
            "redemption_order (order_id, member_id, status, points_total, created_at)",
            bought,
            (row, commit) =>
                row.Id(commit.OrderId)
                    .Id(commit.Decision.Next!.MemberId)
                    .Text(
                        Names.Of(
                            cancelled.ContainsKey(commit.OrderId!.Value)
                                ? OrderStatus.Cancelled
                                : OrderStatus.Created
                        )
                    )
                    .Long(commit.Decision.Order!.PointsTotal)
                    .Instant(commit.Decision.Order.CreatedAt)
        );
        await Copy(
            "order_line (order_id, line_no, sku_id, product_id, name, quantity, points_each, limit_window, window_start)",
            bought.SelectMany(commit =>
                commit.Decision.Order!.Lines.Select((line, i) => (commit.OrderId, line, no: i + 1))
            ),
            (row, order) =>
                row.Id(order.OrderId)
                    .Short(order.no)
                    .Id(order.line.Item.SkuId)
                    .Id(order.line.Item.ProductId)
                    .Text(order.line.Item.Name)
                    .Int(order.line.Item.Quantity)
                    .Long(order.line.Item.PointsEach)
                    .Short((int?)order.line.Limit?.Window)
                    .Instant(order.line.Limit?.WindowStart)
        );
        await Copy(
            "order_status_change (order_id, status, at, actor)",
            cancelled.Values,
            (row, change) =>
                row.Id(change.OrderId)
                    .Text(Names.Of(change.To))
                    .Instant(change.At)
                    .Text(Names.Of(change.Actor))
        );
    }

    private async Task WriteCatalogue(Books books)
    {
        var stock = books
            .Members.SelectMany(member => member.Commits)
            .SelectMany(commit => commit.Decision.Stock)
            .GroupBy(delta => delta.SkuId)
            .ToDictionary(
                deltas => deltas.Key,
                deltas => deltas.Sum(delta => delta.Taken - delta.Returned)
            );
        await using var command = new NpgsqlCommand(Catalogue, _connection);
        command.Parameters.AddWithValue(Books.ProductId);
        command.Parameters.AddWithValue(new[] { Books.SkuId, Books.LimitedSkuId });
        command.Parameters.AddWithValue(
            new[]
            {
                stock.GetValueOrDefault(Books.SkuId),
                stock.GetValueOrDefault(Books.LimitedSkuId),
            }
        );
        command.Parameters.AddWithValue((long)Books.StockMoved);
        command.Parameters.AddWithValue(new long?[] { null, Books.MemberLimit });
        await command.ExecuteNonQueryAsync();
    }

    private const string Catalogue = """
        with product as (
            insert into mall.product
                (product_id, version, name, summary, description, type, category, images, badges, translations, listed, created_at)
            values ($1, 3, 'Mug', '', '', 'physical', 'home', '{}', '{}', '{}', true, now())
        ),
        change as (
            insert into mall.catalogue_change
                (change_id, product_id, product_version, principal, operation, fingerprint, after, at)
            select gen_random_uuid(), $1, version, 'staff:till', 'change', '', '{}', now()
            from generate_series(1, 3) version
        ),
        sku as (
            insert into mall.sku
                (sku_id, product_id, position, code, name, translations, points, per_member_limit, per_member_window, created_at)
            select sku_id, $1, position, 'mug-' || position, 'Mug', '{}', 10, allowed, case when allowed > 0 then 1 end, now()
            from unnest($2::uuid[], $5::bigint[]) with ordinality as s (sku_id, allowed, position)
        ),
        moved as (
            insert into mall.stock_movement
                (movement_id, sku_id, quantity, reason, principal, fingerprint, available_after, at)
            select gen_random_uuid(), sku_id, $4, 'delivery', 'staff:till', '', $4, now()
            from unnest($2::uuid[]) sku_id
        )
        insert into mall.stock (sku_id, available, redeemed)
        select sku_id, $4 - sold, sold
        from unnest($2::uuid[], $3::bigint[]) as s (sku_id, sold)
        """;

    private async Task Copy<T>(string into, IEnumerable<T> rows, Action<CopyRow, T> write)
    {
        await using var import = await _connection.BeginBinaryImportAsync(
            $"copy mall.{into} from stdin (format binary)"
        );
        var row = new CopyRow(import);
        foreach (var item in rows)
        {
            await import.StartRowAsync();
            write(row, item);
        }
        await import.CompleteAsync();
    }

    /// <summary>The columns of a row, in the order of the copy.</summary>
    private sealed class CopyRow(NpgsqlBinaryImporter import)
    {
        public CopyRow Id(Guid? value) => Value(value, NpgsqlDbType.Uuid);

        public CopyRow Long(long? value) => Value(value, NpgsqlDbType.Bigint);

        public CopyRow Int(int? value) => Value(value, NpgsqlDbType.Integer);

        public CopyRow Short(int? value) => Value((short?)value, NpgsqlDbType.Smallint);

        public CopyRow Text(string? value) => Value(value, NpgsqlDbType.Text);

        public CopyRow Json(string? value) => Value(value, NpgsqlDbType.Jsonb);

        public CopyRow Bytes(byte[]? value) => Value(value, NpgsqlDbType.Bytea);

        public CopyRow Instant(DateTimeOffset? value) => Value(value, NpgsqlDbType.TimestampTz);

        private CopyRow Value<TValue>(TValue value, NpgsqlDbType type)
        {
            if (value is null)
            {
                import.WriteNull();
            }
            else
            {
                import.Write<object>(value, type);
            }
            return this;
        }
    }
}
