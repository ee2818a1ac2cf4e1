using Npgsql;
using NpgsqlTypes;
using PointsMall.Grains.Database;
using PointsMall.Grains.Earning;
using PointsMall.Grains.Members;

namespace PointsMall.Grains.Commits;

/// <summary>
/// Turns a batch into its statements: one array a column, statements without rows left out, all in one round trip. One a writer's connection:
/// the statements and their parameters are kept from batch to batch.
/// </summary>
internal sealed class BatchCommand(NpgsqlConnection connection) : IDisposable
{
    private readonly NpgsqlBatch _command = new(connection) { Timeout = 0 };
    private readonly Dictionary<string, Statement> _statements = [];

    /// <summary>The command that writes the batch; valid until the next call.</summary>
    public NpgsqlBatch For(Batch batch)
    {
        _command.BatchCommands.Clear();
        var members = batch
            .Units.Where(unit => unit.Unit.Member is not null)
            .Select(unit => unit.Unit)
            .ToList();
        if (members.Count > 0)
        {
            AddAccounts(members);
            AddCommands(members);
            AddEntries(members);
            AddOrders(members);
            AddPages(members);
            AddHolds(members);
            AddApprovals(members);
            AddMemberStatuses(members);
            AddEvents(members);
            AddEarnings(members);
        }
        AddRegistrations(batch);
        AddSilent(batch);
        AddCatalogue(batch);
        AddStock(batch);
        return _command;
    }

    private void AddAccounts(List<CommitUnit> units)
    {
        var rows = units
            .Select(unit =>
                (
                    Before: unit.Member!.Before,
                    Next: unit.Member.Decision.Next!,
                    Net: Postings.NetOf(unit.Member.Decision.Entries),
                    unit.Deadline
                )
            )
            .ToList();
        Rows(MemberStatements.Accounts)
            .Add(rows, NpgsqlDbType.Uuid, row => row.Next.MemberId)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Before.Version)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Net.Available)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Net.Held)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Net.Pending)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Next.Available)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Next.Held)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Next.Pending)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Next.Debt)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Next.LifetimeEarned)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Next.LifetimeSpent)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Next.Sequence)
            .Add(rows, NpgsqlDbType.Bytea, row => row.Next.HeadHash.ToBytes())
            .Add(rows, NpgsqlDbType.TimestampTz, row => row.Next.LastAt)
            .Add(rows, NpgsqlDbType.TimestampTz, row => row.Next.DueOn)
            .Add(rows, NpgsqlDbType.Bytea, row => AccountCodec.Encode(row.Next))
            .Add(rows, NpgsqlDbType.TimestampTz, row => row.Deadline);
    }

    private void AddCommands(List<CommitUnit> units) =>
        Rows(MemberStatements.Commands)
            .Add(units, NpgsqlDbType.Uuid, unit => unit.Member!.Before.MemberId)
            .Add(units, NpgsqlDbType.Bigint, unit => unit.Member!.Before.Version + 1)
            .Add(units, NpgsqlDbType.Uuid, unit => unit.CommitId)
            .Add(units, NpgsqlDbType.Text, unit => unit.Command.Principal)
            .Add(units, NpgsqlDbType.Text, unit => unit.Command.Key)
            .Add(units, NpgsqlDbType.Text, unit => unit.Command.Operation)
            .Add(units, NpgsqlDbType.Bytea, unit => unit.Command.Fingerprint.ToArray())
            .Add(
                units,
                NpgsqlDbType.Uuid,
                unit =>
                    unit.Member!.Decision.Order?.OrderId
                    ?? unit.Member.Decision.StatusChange?.OrderId
            )
            .Add(units, NpgsqlDbType.Bigint, unit => FirstOf(unit)?.Sequence)
            .Add(
                units,
                NpgsqlDbType.Bigint,
                unit =>
                    FirstOf(unit) is null
                        ? null
                        : unit.Member!.Decision.Entries[^1].Sequence as long?
            )
            .Add(units, NpgsqlDbType.TimestampTz, unit => unit.At);

    private static LedgerEntry? FirstOf(CommitUnit unit) =>
        unit.Member!.Decision.Entries is [var first, ..] ? first : null;

    private void AddEntries(List<CommitUnit> units)
    {
        var rows = units.SelectMany(unit => unit.Member!.Decision.Entries).ToList();
        if (rows.Count == 0)
        {
            return;
        }
        Rows(MemberStatements.Entries)
            .Add(rows, NpgsqlDbType.Uuid, entry => entry.MemberId)
            .Add(rows, NpgsqlDbType.Bigint, entry => entry.Sequence)
            .Add(rows, NpgsqlDbType.Text, entry => Names.Of(entry.Type))
            .Add(rows, NpgsqlDbType.Text, entry => Names.Of(entry.Account))
            .Add(rows, NpgsqlDbType.Bigint, entry => entry.Points)
            .Add(rows, NpgsqlDbType.Text, entry => entry.Contra)
            .Add(rows, NpgsqlDbType.Bigint, entry => entry.BalanceAfter)
            .Add(rows, NpgsqlDbType.Jsonb, entry => EntryLots.Write(entry.Lots))
            .Add(rows, NpgsqlDbType.Text, entry => entry.CauseKind)
            .Add(rows, NpgsqlDbType.Uuid, entry => entry.CauseId)
            .Add(rows, NpgsqlDbType.Text, entry => Names.Of(entry.Actor))
            .Add(
                rows,
                NpgsqlDbType.Bytea,
                entry => entry.Text is { } text ? LedgerHash.TextHash(text).ToBytes() : null
            )
            .Add(rows, NpgsqlDbType.TimestampTz, entry => entry.OccurredAt)
            .Add(rows, NpgsqlDbType.Bytea, entry => entry.PreviousHash.ToBytes())
            .Add(rows, NpgsqlDbType.Bytea, entry => entry.Hash.ToBytes());
        var texts = rows.Where(entry => entry.Text is not null).ToList();
        if (texts.Count > 0)
        {
            Rows(MemberStatements.Texts)
                .Add(texts, NpgsqlDbType.Uuid, entry => entry.MemberId)
                .Add(texts, NpgsqlDbType.Bigint, entry => entry.Sequence)
                .Add(texts, NpgsqlDbType.Bytea, entry => entry.Text!.Salt.ToArray())
                .Add(texts, NpgsqlDbType.Text, entry => entry.Text!.ActorName)
                .Add(texts, NpgsqlDbType.Text, entry => entry.Text!.Reason);
        }
    }

    private void AddOrders(List<CommitUnit> units)
    {
        var orders = units
            .Where(unit => unit.Member!.Decision.Order is not null)
            .Select(unit => (unit.Member!.Before.MemberId, Order: unit.Member.Decision.Order!))
            .ToList();
        if (orders.Count > 0)
        {
            Rows(MemberStatements.Orders)
                .Add(orders, NpgsqlDbType.Uuid, row => row.Order.OrderId)
                .Add(orders, NpgsqlDbType.Uuid, row => row.MemberId)
                .Add(orders, NpgsqlDbType.Text, _ => Names.Of(OrderStatus.Created))
                .Add(orders, NpgsqlDbType.Bigint, row => row.Order.PointsTotal)
                .Add(orders, NpgsqlDbType.TimestampTz, row => row.Order.CreatedAt)
                .Add(orders, NpgsqlDbType.Text, row => row.Order.Note);
            var lines = orders
                .SelectMany(row =>
                    row.Order.Lines.Select(
                        (line, index) => (row.Order.OrderId, No: (short)(index + 1), Line: line)
                    )
                )
                .ToList();
            Rows(MemberStatements.Lines)
                .Add(lines, NpgsqlDbType.Uuid, row => row.OrderId)
                .Add(lines, NpgsqlDbType.Smallint, row => row.No)
                .Add(lines, NpgsqlDbType.Uuid, row => row.Line.Item.SkuId)
                .Add(lines, NpgsqlDbType.Uuid, row => row.Line.Item.ProductId)
                .Add(lines, NpgsqlDbType.Text, row => row.Line.Item.Name)
                .Add(lines, NpgsqlDbType.Integer, row => row.Line.Item.Quantity)
                .Add(lines, NpgsqlDbType.Bigint, row => row.Line.Item.PointsEach)
                .Add(lines, NpgsqlDbType.Smallint, row => (short?)row.Line.Limit?.Window)
                .Add(lines, NpgsqlDbType.TimestampTz, row => row.Line.Limit?.WindowStart);
        }
        var changes = units
            .Where(unit => unit.Member!.Decision.StatusChange is not null)
            .Select(unit =>
                (unit.Member!.Before.MemberId, Change: unit.Member.Decision.StatusChange!)
            )
            .ToList();
        if (changes.Count > 0)
        {
            Rows(MemberStatements.StatusChanges)
                .Add(changes, NpgsqlDbType.Uuid, row => row.Change.OrderId)
                .Add(changes, NpgsqlDbType.Uuid, row => row.MemberId)
                .Add(changes, NpgsqlDbType.Text, row => Names.Of(row.Change.From))
                .Add(changes, NpgsqlDbType.Text, row => Names.Of(row.Change.To))
                .Add(changes, NpgsqlDbType.TimestampTz, row => row.Change.At)
                .Add(changes, NpgsqlDbType.Text, row => Names.Of(row.Change.Actor))
                .Add(changes, NpgsqlDbType.Text, row => row.Change.Reason);
        }
    }

    private void AddPages(List<CommitUnit> units)
    {
        var lots = units
            .SelectMany(unit =>
                unit.Member!.Decision.PagedLots.Select(change =>
                    (unit.Member.Before.MemberId, Change: change)
                )
            )
            .ToList();
        if (lots.Count > 0)
        {
            Rows(MemberStatements.PagedLots)
                .Add(lots, NpgsqlDbType.Uuid, row => row.MemberId)
                .Add(lots, NpgsqlDbType.Bigint, row => row.Change.Lot.Number)
                .Add(lots, NpgsqlDbType.Bigint, row => row.Change.Lot.Source)
                .Add(lots, NpgsqlDbType.Bigint, row => row.Change.Lot.Remaining)
                .Add(
                    lots,
                    NpgsqlDbType.TimestampTz,
                    row =>
                        row.Change.Lot.ExpiresAt == DateTimeOffset.MaxValue
                            ? null
                            : row.Change.Lot.ExpiresAt as DateTimeOffset?
                )
                .Add(lots, NpgsqlDbType.TimestampTz, row => row.Change.ActivatesAt);
        }
        var counters = units
            .SelectMany(unit =>
                unit.Member!.Decision.PagedCounters.Select(counter =>
                    (unit.Member.Before.MemberId, Counter: counter)
                )
            )
            .ToList();
        if (counters.Count > 0)
        {
            Rows(MemberStatements.PagedCounters)
                .Add(counters, NpgsqlDbType.Uuid, row => row.MemberId)
                .Add(counters, NpgsqlDbType.Uuid, row => row.Counter.SkuId)
                .Add(counters, NpgsqlDbType.Smallint, row => (short)row.Counter.Redeemed.Window)
                .Add(counters, NpgsqlDbType.TimestampTz, row => row.Counter.Redeemed.WindowStart)
                .Add(counters, NpgsqlDbType.Bigint, row => row.Counter.Redeemed.Count);
        }
    }

    private void AddHolds(List<CommitUnit> units)
    {
        var holds = units
            .SelectMany(unit =>
                unit.Member!.Decision.Holds.Select(stored =>
                    (unit.Member.Before.MemberId, stored.Hold, stored)
                )
            )
            .ToList();
        if (holds.Count > 0)
        {
            Rows(MemberStatements.Holds)
                .Add(holds, NpgsqlDbType.Uuid, row => row.Hold.HoldId)
                .Add(holds, NpgsqlDbType.Uuid, row => row.MemberId)
                .Add(holds, NpgsqlDbType.Text, row => Names.Of(row.Hold.Status))
                .Add(holds, NpgsqlDbType.Bigint, row => row.Hold.Points)
                .Add(holds, NpgsqlDbType.Bigint, row => row.Hold.Captured)
                .Add(holds, NpgsqlDbType.Text, row => row.Hold.Reason)
                .Add(holds, NpgsqlDbType.Jsonb, row => EntryLots.Write(row.stored.Lots))
                .Add(holds, NpgsqlDbType.TimestampTz, row => row.Hold.PlacedAt)
                .Add(holds, NpgsqlDbType.TimestampTz, row => row.Hold.ExpiresAt)
                .Add(holds, NpgsqlDbType.TimestampTz, row => row.stored.LateUntil)
                .Add(holds, NpgsqlDbType.TimestampTz, row => row.Hold.ClosedAt);
        }
    }

    private void AddApprovals(List<CommitUnit> units)
    {
        var approvals = units
            .Select(unit => unit.Member!.Decision.Approval)
            .OfType<Approval>()
            .ToList();
        if (approvals.Count > 0)
        {
            Rows(MemberStatements.Approvals)
                .Add(approvals, NpgsqlDbType.Uuid, approval => approval.ApprovalId)
                .Add(approvals, NpgsqlDbType.Uuid, approval => approval.MemberId)
                .Add(approvals, NpgsqlDbType.Text, approval => Names.Of(approval.Status))
                .Add(approvals, NpgsqlDbType.Bigint, approval => approval.Points)
                .Add(approvals, NpgsqlDbType.Text, approval => approval.Reason)
                .Add(approvals, NpgsqlDbType.Text, approval => approval.RequestedBy)
                .Add(approvals, NpgsqlDbType.TimestampTz, approval => approval.RequestedAt)
                .Add(approvals, NpgsqlDbType.Text, approval => approval.DecidedBy)
                .Add(approvals, NpgsqlDbType.TimestampTz, approval => approval.DecidedAt)
                .Add(approvals, NpgsqlDbType.Text, approval => approval.DecisionReason);
        }
    }

    private void AddMemberStatuses(List<CommitUnit> units)
    {
        var changes = units.Where(unit => unit.Member!.Decision.Status is not null).ToList();
        if (changes.Count > 0)
        {
            Rows(MemberStatements.MemberStatuses)
                .Add(changes, NpgsqlDbType.Uuid, unit => unit.Member!.Before.MemberId)
                .Add(changes, NpgsqlDbType.Boolean, unit => unit.Member!.Decision.Status!.Active)
                .Add(changes, NpgsqlDbType.TimestampTz, unit => unit.Member!.Decision.Status!.At)
                .Add(changes, NpgsqlDbType.Text, unit => unit.Command.Principal)
                .Add(changes, NpgsqlDbType.Text, unit => unit.Member!.Decision.Status!.Reason)
                .Add(changes, NpgsqlDbType.Uuid, unit => unit.CommitId);
        }
    }

    private void AddEvents(List<CommitUnit> units)
    {
        var events = units
            .SelectMany(unit =>
                unit.Member!.Decision.Events.Select(e =>
                    (unit.Member.Before.MemberId, unit.At, Event: e)
                )
            )
            .ToList();
        if (events.Count > 0)
        {
            Rows(MemberStatements.Events)
                .Add(events, NpgsqlDbType.Text, row => row.Event.Type)
                .Add(events, NpgsqlDbType.Uuid, row => row.MemberId)
                .Add(events, NpgsqlDbType.Bigint, row => row.Event.Sequence)
                .Add(events, NpgsqlDbType.Jsonb, row => row.Event.Payload)
                .Add(events, NpgsqlDbType.TimestampTz, row => row.At);
        }
    }

    private void AddEarnings(List<CommitUnit> units)
    {
        var rows = units
            .Where(unit => unit.Member!.Decision.Earning is not null)
            .Select(unit =>
                (Unit: unit, unit.Member!.Before.MemberId, Earning: unit.Member.Decision.Earning!)
            )
            .ToList();
        if (rows.Count == 0)
        {
            return;
        }
        Rows(EarningStatements.Events)
            .Add(rows, NpgsqlDbType.Text, row => row.Earning.Partner)
            .Add(rows, NpgsqlDbType.Text, row => row.Earning.Event.EventId)
            .Add(rows, NpgsqlDbType.Uuid, row => row.MemberId)
            .Add(rows, NpgsqlDbType.Uuid, row => row.Unit.CommitId)
            .Add(rows, NpgsqlDbType.Text, row => row.Earning.Event.Type)
            .Add(rows, NpgsqlDbType.TimestampTz, row => row.Earning.Event.OccurredAt)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Earning.Outcome.RulebookVersion)
            .Add(rows, NpgsqlDbType.Jsonb, row => EarningJson.Write(row.Earning.Event))
            .Add(rows, NpgsqlDbType.Jsonb, row => EarningJson.Write(row.Earning.Outcome))
            .Add(rows, NpgsqlDbType.TimestampTz, row => row.Unit.At);
        var purchases = rows.Where(row => row.Earning.Purchase is not null)
            .Select(row => (Purchase: row.Earning.Purchase!, row.Earning.NewPurchase))
            .ToList();
        if (purchases.Count > 0)
        {
            Rows(EarningStatements.Purchases)
                .Add(purchases, NpgsqlDbType.Text, row => row.Purchase.Partner)
                .Add(purchases, NpgsqlDbType.Text, row => row.Purchase.OrderId)
                .Add(purchases, NpgsqlDbType.Uuid, row => row.Purchase.MemberId)
                .Add(purchases, NpgsqlDbType.TimestampTz, row => row.Purchase.PaidAt)
                .Add(purchases, NpgsqlDbType.Jsonb, row => EarningJson.Write(row.Purchase))
                .Add(purchases, NpgsqlDbType.Boolean, row => row.NewPurchase);
        }
        var checkIns = rows.Where(row => row.Earning.CheckIn is not null).ToList();
        if (checkIns.Count > 0)
        {
            Rows(EarningStatements.CheckIns)
                .Add(checkIns, NpgsqlDbType.Uuid, row => row.MemberId)
                .Add(checkIns, NpgsqlDbType.Date, row => row.Earning.CheckIn!.Day)
                .Add(checkIns, NpgsqlDbType.Integer, row => row.Earning.CheckIn!.Streak)
                .Add(checkIns, NpgsqlDbType.Integer, row => row.Earning.CheckIn!.Total)
                .Add(checkIns, NpgsqlDbType.Uuid, row => row.Unit.CommitId);
        }
        var counters = rows.SelectMany(row =>
                row.Earning.Counters.Select(changed =>
                    (row.MemberId, changed.Counter, changed.WindowEnd)
                )
            )
            .ToList();
        if (counters.Count > 0)
        {
            Rows(EarningStatements.Counters)
                .Add(counters, NpgsqlDbType.Uuid, row => row.MemberId)
                .Add(counters, NpgsqlDbType.Text, row => row.Counter.Id)
                .Add(counters, NpgsqlDbType.TimestampTz, row => row.Counter.WindowStart)
                .Add(counters, NpgsqlDbType.TimestampTz, row => row.WindowEnd)
                .Add(counters, NpgsqlDbType.Bigint, row => row.Counter.Points)
                .Add(counters, NpgsqlDbType.Bigint, row => row.Counter.Times);
        }
        AddBudgets(rows.SelectMany(row => row.Earning.Budgets));
    }

    private void AddBudgets(IEnumerable<BudgetDelta> deltas)
    {
        var budgets = deltas
            .GroupBy(delta => delta.Name, StringComparer.Ordinal)
            .Select(of => new BudgetDelta(
                of.Key,
                of.Sum(delta => delta.Points),
                of.Max(delta => delta.Limit)
            ))
            .ToList();
        if (budgets.Count > 0)
        {
            Rows(EarningStatements.Budgets)
                .Add(budgets, NpgsqlDbType.Uuid, budget => budget.Id)
                .Add(budgets, NpgsqlDbType.Text, budget => budget.Name)
                .Add(budgets, NpgsqlDbType.Bigint, budget => budget.Points)
                .Add(budgets, NpgsqlDbType.Bigint, budget => budget.Limit);
        }
    }

    /// <summary>Whom no event of the batch names: the verification looks for what has changed there too.</summary>
    private void AddSilent(Batch batch)
    {
        var members = batch
            .Units.Where(pending =>
                pending.Unit.Registration is not null
                || pending.Unit.Member is { Decision.Events.IsEmpty: true }
            )
            .ToList();
        if (members.Count > 0)
        {
            Rows(MemberStatements.Silent)
                .Add(
                    members,
                    NpgsqlDbType.Uuid,
                    pending => pending.MemberId ?? pending.Unit.Registration!.MemberId
                );
        }
    }

    private void AddRegistrations(Batch units)
    {
        var rows = units
            .Units.Where(pending => pending.Unit.Registration is not null)
            .Select(pending => (pending.Unit, Member: pending.Unit.Registration!))
            .ToList();
        if (rows.Count == 0)
        {
            return;
        }
        Rows(MemberStatements.Registrations)
            .Add(rows, NpgsqlDbType.Uuid, row => row.Member.MemberId)
            .Add(rows, NpgsqlDbType.Text, row => row.Member.ExternalId)
            .Add(rows, NpgsqlDbType.Text, row => row.Member.DisplayName)
            .Add(rows, NpgsqlDbType.Text, row => row.Member.Email)
            .Add(rows, NpgsqlDbType.Text, row => row.Member.Phone)
            .Add(rows, NpgsqlDbType.Text, row => row.Unit.Command.Principal)
            .Add(rows, NpgsqlDbType.Text, row => row.Unit.Command.Key)
            .Add(rows, NpgsqlDbType.Bytea, row => row.Unit.Command.Fingerprint.ToArray())
            .Add(rows, NpgsqlDbType.Uuid, row => row.Unit.CommitId)
            .Add(rows, NpgsqlDbType.TimestampTz, row => row.Unit.At)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Member.Account.Version)
            .Add(rows, NpgsqlDbType.Bytea, row => row.Member.Account.HeadHash.ToBytes())
            .Add(rows, NpgsqlDbType.Bytea, row => AccountCodec.Encode(row.Member.Account));
    }

    private void AddCatalogue(Batch units)
    {
        foreach (
            var unit in units
                .Units.Select(pending => pending.Unit)
                .Where(unit => unit.Catalogue is not null)
        )
        {
            var write = unit.Catalogue!;
            Single(StockStatements.Product)
                .One(NpgsqlDbType.Jsonb, write.ProductJson)
                .One(NpgsqlDbType.Text, write.ProductId.ToString())
                .One(NpgsqlDbType.Bigint, write.ExpectedVersion);
            if (write.SkuJson is not null)
            {
                Single(StockStatements.Sku).One(NpgsqlDbType.Jsonb, write.SkuJson);
            }
            if (write.NewSku)
            {
                Single(StockStatements.NewStock).One(NpgsqlDbType.Uuid, write.SkuId);
            }
            Single(StockStatements.CatalogueChange)
                .One(NpgsqlDbType.Uuid, unit.CommitId)
                .One(NpgsqlDbType.Uuid, write.ProductId)
                .One(NpgsqlDbType.Bigint, write.ExpectedVersion + 1)
                .One(NpgsqlDbType.Uuid, write.SkuId)
                .One(NpgsqlDbType.Text, unit.Command.Principal)
                .One(NpgsqlDbType.Text, unit.Command.Key)
                .One(NpgsqlDbType.Text, unit.Command.Operation)
                .One(NpgsqlDbType.Bytea, unit.Command.Fingerprint.ToArray())
                .One(NpgsqlDbType.Jsonb, write.BeforeJson)
                .One(NpgsqlDbType.Jsonb, write.SkuJson ?? write.ProductJson)
                .One(NpgsqlDbType.TimestampTz, unit.At);
        }
    }

    private void AddStock(Batch units)
    {
        var rows = units.StockRows();
        if (rows.Count == 0)
        {
            return;
        }
        Rows(StockStatements.Stock)
            .Add(rows, NpgsqlDbType.Uuid, row => row.SkuId)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Epoch)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Taken)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Returned)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Moved)
            .Add(rows, NpgsqlDbType.Bigint, row => row.Bump);
        var movements = units
            .Units.Select(pending => pending.Unit)
            .Where(unit => unit.Movement is not null)
            .ToList();
        if (movements.Count > 0)
        {
            Rows(StockStatements.Movements)
                .Add(movements, NpgsqlDbType.Uuid, unit => unit.CommitId)
                .Add(movements, NpgsqlDbType.Uuid, unit => unit.Movement!.SkuId)
                .Add(movements, NpgsqlDbType.Bigint, unit => unit.Movement!.Quantity)
                .Add(movements, NpgsqlDbType.Text, unit => unit.Movement!.Reason)
                .Add(movements, NpgsqlDbType.Text, unit => unit.Command.Principal)
                .Add(movements, NpgsqlDbType.Text, unit => unit.Command.Key)
                .Add(movements, NpgsqlDbType.Bytea, unit => unit.Command.Fingerprint.ToArray())
                .Add(movements, NpgsqlDbType.TimestampTz, unit => unit.At);
        }
    }

    /// <summary>A statement over many rows; at most once in a batch.</summary>
    private Statement Rows(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            _statements[sql] = statement = new Statement(sql);
        }
        _command.BatchCommands.Add(statement.Begin());
        return statement;
    }

    /// <summary>A statement over one row, perhaps several times in a batch.</summary>
    private Statement Single(string sql)
    {
        var statement = new Statement(sql);
        _command.BatchCommands.Add(statement.Begin());
        return statement;
    }

    public void Dispose() => _command.Dispose();
}
