using Npgsql;
using NpgsqlTypes;
using PointsMall.GrainInterfaces.Orders;
using PointsMall.Grains.Database;
using PointsMall.Grains.Members;

namespace PointsMall.LoadTests.Bench.Seeding;

/// <summary>Writes seeded members a table at a time by COPY, all tables of one call in one transaction.</summary>
internal static class BookCopy
{
    private const string Members =
        "member (member_id, display_name, principal, fingerprint, commit_id, created_at)";

    private const string AccountRows =
        "member_account (member_id, version, available, held, pending, debt, lifetime_earned, lifetime_spent, sequence, head_hash, last_at, due_on, state)";

    private const string Commands =
        "command (member_id, version, commit_id, principal, key, operation, fingerprint, order_id, first_sequence, last_sequence, at)";

    private const string Entries =
        "ledger_entry (member_id, sequence, type, account, points, contra, balance_after, lots, cause_kind, cause_id, actor, text_hash, occurred_at, previous_hash, hash)";

    private const string EntryTexts = "ledger_text (member_id, sequence, salt, actor_name, reason)";

    private const string Orders =
        "redemption_order (order_id, member_id, status, points_total, created_at)";

    private const string Lines =
        "order_line (order_id, line_no, sku_id, product_id, name, quantity, points_each, limit_window, window_start)";

    private const string Events = "event (slot, type, member_id, sequence, payload, at)";

    public static void Write(
        NpgsqlConnection connection,
        IReadOnlyList<SeededMember> members,
        string principal
    )
    {
        using var transaction = connection.BeginTransaction();
        var commits = members.SelectMany(member => member.Commits).ToList();
        var entries = commits.SelectMany(commit => commit.Decision.Entries).ToList();
        var bought = commits.Where(commit => commit.Decision.Order is not null).ToList();
        Copy(connection, Members, members, (row, member) => WriteMember(row, member, principal));
        Copy(connection, AccountRows, members, (row, member) => WriteAccount(row, member.Account));
        Copy(connection, Commands, commits, WriteCommand);
        Copy(connection, Entries, entries, WriteEntry);
        Copy(connection, EntryTexts, entries.Where(entry => entry.Text is not null), WriteText);
        Copy(connection, Orders, bought, WriteOrder);
        Copy(connection, Lines, bought.SelectMany(LinesOf), WriteLine);
        Copy(connection, Events, bought.SelectMany(EventsOf), WriteEvent);
        transaction.Commit();
    }

    private static void WriteMember(Row row, SeededMember member, string principal) =>
        row.Add(member.Account.MemberId, NpgsqlDbType.Uuid)
            .Add("Load test", NpgsqlDbType.Text)
            .Add(principal, NpgsqlDbType.Text)
            .Add(Array.Empty<byte>(), NpgsqlDbType.Bytea)
            .Add(member.CommitId, NpgsqlDbType.Uuid)
            .Add(member.CreatedAt, NpgsqlDbType.TimestampTz);

    private static void WriteAccount(Row row, Account account) =>
        row.Add(account.MemberId, NpgsqlDbType.Uuid)
            .Add(account.Version, NpgsqlDbType.Bigint)
            .Add(account.Available, NpgsqlDbType.Bigint)
            .Add(account.Held, NpgsqlDbType.Bigint)
            .Add(account.Pending, NpgsqlDbType.Bigint)
            .Add(account.Debt, NpgsqlDbType.Bigint)
            .Add(account.LifetimeEarned, NpgsqlDbType.Bigint)
            .Add(account.LifetimeSpent, NpgsqlDbType.Bigint)
            .Add(account.Sequence, NpgsqlDbType.Bigint)
            .Add(account.HeadHash.ToBytes(), NpgsqlDbType.Bytea)
            .Add(account.LastAt, NpgsqlDbType.TimestampTz)
            .AddOrNull(account.DueOn, NpgsqlDbType.TimestampTz)
            .Add(AccountCodec.Encode(account), NpgsqlDbType.Bytea);

    private static void WriteCommand(Row row, SeededCommit commit) =>
        row.Add(commit.Decision.Next!.MemberId, NpgsqlDbType.Uuid)
            .Add(commit.Decision.Next.Version, NpgsqlDbType.Bigint)
            .Add(commit.Header.CommandId, NpgsqlDbType.Uuid)
            .Add(commit.Header.Principal, NpgsqlDbType.Text)
            .Add(commit.Header.Key!, NpgsqlDbType.Text)
            .Add(commit.Operation, NpgsqlDbType.Text)
            .Add(commit.Header.Fingerprint, NpgsqlDbType.Bytea)
            .AddOrNull(commit.Decision.Order?.OrderId, NpgsqlDbType.Uuid)
            .Add(commit.Decision.Entries[0].Sequence, NpgsqlDbType.Bigint)
            .Add(commit.Decision.Entries[^1].Sequence, NpgsqlDbType.Bigint)
            .Add(commit.At, NpgsqlDbType.TimestampTz);

    private static void WriteEntry(Row row, LedgerEntry entry) =>
        row.Add(entry.MemberId, NpgsqlDbType.Uuid)
            .Add(entry.Sequence, NpgsqlDbType.Bigint)
            .Add(Names.Of(entry.Type), NpgsqlDbType.Text)
            .Add(Names.Of(entry.Account), NpgsqlDbType.Text)
            .Add(entry.Points, NpgsqlDbType.Bigint)
            .Add(entry.Contra, NpgsqlDbType.Text)
            .Add(entry.BalanceAfter, NpgsqlDbType.Bigint)
            .Add(EntryLots.Write(entry.Lots), NpgsqlDbType.Jsonb)
            .Add(entry.CauseKind, NpgsqlDbType.Text)
            .Add(entry.CauseId, NpgsqlDbType.Uuid)
            .Add(Names.Of(entry.Actor), NpgsqlDbType.Text)
            .AddOrNull(
                entry.Text is { } text ? LedgerHash.TextHash(text).ToBytes() : null,
                NpgsqlDbType.Bytea
            )
            .Add(entry.OccurredAt, NpgsqlDbType.TimestampTz)
            .Add(entry.PreviousHash.ToBytes(), NpgsqlDbType.Bytea)
            .Add(entry.Hash.ToBytes(), NpgsqlDbType.Bytea);

    private static void WriteText(Row row, LedgerEntry entry) =>
        row.Add(entry.MemberId, NpgsqlDbType.Uuid)
            .Add(entry.Sequence, NpgsqlDbType.Bigint)
            .Add(entry.Text!.Salt.ToArray(), NpgsqlDbType.Bytea)
            .Add(entry.Text.ActorName, NpgsqlDbType.Text)
            .Add(entry.Text.Reason, NpgsqlDbType.Text);

    private static void WriteOrder(Row row, SeededCommit commit) =>
        row.Add(commit.Decision.Order!.OrderId, NpgsqlDbType.Uuid)
            .Add(commit.Decision.Next!.MemberId, NpgsqlDbType.Uuid)
            .Add(Names.Of(OrderStatus.Created), NpgsqlDbType.Text)
            .Add(commit.Decision.Order.PointsTotal, NpgsqlDbType.Bigint)
            .Add(commit.Decision.Order.CreatedAt, NpgsqlDbType.TimestampTz);

    private static IEnumerable<(Guid OrderId, int No, NewOrderLine Line)> LinesOf(
        SeededCommit commit
    ) =>
        commit.Decision.Order!.Lines.Select(
            (line, index) => (commit.Decision.Order.OrderId, index + 1, line)
        );

    private static void WriteLine(Row row, (Guid OrderId, int No, NewOrderLine Line) of) =>
        row.Add(of.OrderId, NpgsqlDbType.Uuid)
            .Add((short)of.No, NpgsqlDbType.Smallint)
            .Add(of.Line.Item.SkuId, NpgsqlDbType.Uuid)
            .Add(of.Line.Item.ProductId, NpgsqlDbType.Uuid)
            .Add(of.Line.Item.Name, NpgsqlDbType.Text)
            .Add(of.Line.Item.Quantity, NpgsqlDbType.Integer)
            .Add(of.Line.Item.PointsEach, NpgsqlDbType.Bigint)
            .AddOrNull((short?)of.Line.Limit?.Window, NpgsqlDbType.Smallint)
            .AddOrNull(of.Line.Limit?.WindowStart, NpgsqlDbType.TimestampTz);

    private static IEnumerable<(Guid MemberId, DateTimeOffset At, MallEvent Event)> EventsOf(
        SeededCommit commit
    ) => commit.Decision.Events.Select(e => (commit.Decision.Next!.MemberId, commit.At, e));

    private static void WriteEvent(
        Row row,
        (Guid MemberId, DateTimeOffset At, MallEvent Event) of
    ) =>
        row.Add((short)(of.At.ToUnixTimeSeconds() / 86_400 % 16), NpgsqlDbType.Smallint)
            .Add(of.Event.Type, NpgsqlDbType.Text)
            .Add(of.MemberId, NpgsqlDbType.Uuid)
            .Add(of.Event.Sequence, NpgsqlDbType.Bigint)
            .Add(of.Event.Payload, NpgsqlDbType.Jsonb)
            .Add(of.At, NpgsqlDbType.TimestampTz);

    private static void Copy<T>(
        NpgsqlConnection connection,
        string into,
        IEnumerable<T> rows,
        Action<Row, T> write
    )
    {
        using var import = connection.BeginBinaryImport(
            $"copy mall.{into} from stdin (format binary)"
        );
        var row = new Row(import);
        foreach (var item in rows)
        {
            import.StartRow();
            write(row, item);
        }
        import.Complete();
    }

    /// <summary>The columns of a row, in the order of the copy.</summary>
    private sealed class Row(NpgsqlBinaryImporter import)
    {
        public Row Add<T>(T value, NpgsqlDbType type)
            where T : notnull
        {
            import.Write(value, type);
            return this;
        }

        public Row AddOrNull<T>(T? value, NpgsqlDbType type)
            where T : struct
        {
            if (value is { } given)
            {
                import.Write(given, type);
            }
            else
            {
                import.WriteNull();
            }
            return this;
        }

        public Row AddOrNull(byte[]? value, NpgsqlDbType type)
        {
            if (value is null)
            {
                import.WriteNull();
            }
            else
            {
                import.Write(value, type);
            }
            return this;
        }
    }
}
