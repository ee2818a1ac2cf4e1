using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using PointsMall.Grains.Database;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Commits;

/// <summary>
/// Takes whatever is queued and sends it as one transaction in one round trip, again and again. Under light load a batch is one unit at
/// once; under heavy load the queue grows during a flush and so does the next batch.
/// </summary>
internal sealed partial class CommitWriter(
    int number,
    CommitQueue queue,
    MallDatabase database,
    UnitAnswers answers,
    SettlementDesk desk,
    CommitterOptions options,
    TimeProvider clock,
    ILogger logger
)
{
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(200);
    private readonly List<PendingUnit> _batch = [];
    private readonly List<PendingUnit> _late = [];
    private WriterConnection? _connection;

    /// <summary>The last instant at which the database answered, as a time stamp.</summary>
    public long LastAnswerAt { get; private set; } = clock.GetTimestamp();

    /// <summary>Runs until the queue is closed and empty.</summary>
    public async Task Run(CancellationToken stopped)
    {
        await Task.Yield();
        // Whoever started the silo is not the parent of its batches.
        Activity.Current = null;
        while (!stopped.IsCancellationRequested)
        {
            if (!await Connect(stopped))
            {
                continue;
            }
            await WaitForWork(stopped);
            _batch.Clear();
            _late.Clear();
            queue.Take(_batch, _late);
            foreach (var unit in _late)
            {
                answers.Give(unit, CommitOutcome.Expired);
            }
            if (_batch.Count > 0)
            {
                MallMeter.QueueMs.Record(
                    clock.GetElapsedTime(_batch.Min(unit => unit.QueuedAt)).TotalMilliseconds
                );
                await Commit(_batch);
            }
        }
        await Abandon();
    }

    private async Task WaitForWork(CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            var (pause, changed) = queue.NextBatch();
            if (pause <= TimeSpan.Zero)
            {
                return;
            }
            using var wake = CancellationTokenSource.CreateLinkedTokenSource(stopped);
            await Task.WhenAny(changed, Task.Delay(pause, clock, wake.Token));
            await wake.CancelAsync();
            // An idle writer looks at its connection once a second: a dead one is found before a member finds it.
            if (pause == CommitQueue.IdlePause && !changed.IsCompleted)
            {
                await Probe();
                return;
            }
        }
    }

    private async Task Probe()
    {
        try
        {
            await using var command = new NpgsqlCommand("select 1", _connection!.Connection)
            {
                CommandTimeout = 3,
            };
            await command.ExecuteScalarAsync();
            LastAnswerAt = clock.GetTimestamp();
        }
        catch (Exception exception) when (DatabaseErrors.IsDatabase(exception))
        {
            await Abandon();
        }
    }

    private async Task<bool> Connect(CancellationToken stopped)
    {
        if (_connection is { Connection.FullState: System.Data.ConnectionState.Open })
        {
            return true;
        }
        await Abandon();
        try
        {
            _connection = await WriterConnection.Open(database, number);
            LastAnswerAt = clock.GetTimestamp();
            return true;
        }
        catch (Exception exception) when (DatabaseErrors.IsDatabase(exception))
        {
            LogNotConnected(logger, number, DatabaseErrors.NameOf(exception));
            await Task.WhenAny(Task.Delay(ReconnectPause, clock, stopped));
            return false;
        }
    }

    /// <summary>Sends the units, in parts where some are refused, until each has its verdict, is deferred or is with the desk.</summary>
    private async Task Commit(List<PendingUnit> units)
    {
        var parts = new Stack<List<PendingUnit>>();
        parts.Push([.. units]);
        while (parts.TryPop(out var part))
        {
            List<PendingUnit> stale = [];
            var batch = Batch.Of(part, stale);
            answers.Give(stale, CommitOutcome.StaleClaim);
            if (batch.Units.Count == 0)
            {
                continue;
            }
            if (_connection is null)
            {
                // The connection went with an earlier part: nothing of this one was sent.
                Defer(batch.Units);
                continue;
            }
            using var span = BatchTrace.Begin(batch);
            try
            {
                await Send(batch);
            }
            catch (PostgresException exception) when (IsDefinite(exception))
            {
                BatchTrace.Fail(span, exception);
                await OnRolledBack(batch, exception, parts);
            }
            catch (Exception exception)
            {
                BatchTrace.Fail(span, exception);
                LogUnknown(logger, number, batch.Units.Count, DatabaseErrors.NameOf(exception));
                HandOver(batch);
            }
        }
    }

    private async Task Send(Batch batch)
    {
        var sentAt = clock.GetTimestamp();
        var left = await Execute(_connection!, batch).WaitAsync(options.CommitTime, clock);
        if (_connection!.Warned)
        {
            throw new InvalidOperationException("The server warned during the commit");
        }
        LastAnswerAt = clock.GetTimestamp();
        var took = clock.GetElapsedTime(sentAt);
        queue.Measured(batch.Units.Count, took);
        MallMeter.BatchUnits.Record(batch.Units.Count);
        MallMeter.CommitMs.Record(took.TotalMilliseconds);
        answers.Committed(batch, left);
    }

    private static async Task<List<StockLeft>> Execute(WriterConnection connection, Batch batch)
    {
        List<StockLeft> left = [];
        await using var reader = await connection.Command.For(batch).ExecuteReaderAsync();
        do
        {
            while (await reader.ReadAsync())
            {
                left.Add(new StockLeft(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2)));
            }
        } while (await reader.NextResultAsync());
        // Rows arrive before the commit, and the commit may still fail: only ReadyForQuery tells. Closing reads up to it.
        await reader.CloseAsync();
        return left;
    }

    private async Task OnRolledBack(
        Batch batch,
        PostgresException exception,
        Stack<List<PendingUnit>> parts
    )
    {
        LastAnswerAt = clock.GetTimestamp();
        MallMeter.SlowPathUnits.Add(batch.Units.Count);
        if (
            exception.SqlState == BatchRefusal.SqlState
            && BatchRefusal.Read(exception.MessageText, exception.Detail ?? "", batch)
                is { } verdicts
        )
        {
            Defer([.. verdicts.Where(pair => pair.Value is null).Select(pair => pair.Key)]);
            Refuse([
                .. verdicts
                    .Where(pair => pair.Value is not null)
                    .Select(pair => (pair.Key, pair.Value!)),
            ]);
            parts.Push([.. batch.Units.Where(unit => !verdicts.ContainsKey(unit))]);
        }
        else if (DatabaseErrors.Pass(exception.SqlState))
        {
            LogPassing(logger, number, exception.SqlState, batch.Units.Count);
            await SetLockedAside(batch, exception, parts);
        }
        else if (batch.Units is [var only])
        {
            LogRejected(
                logger,
                exception.SqlState,
                exception.ConstraintName,
                only.Unit.Command.Operation
            );
            Refuse([
                (
                    only,
                    new CommitOutcome(
                        CommitVerdict.Rejected,
                        exception.ConstraintName ?? exception.SqlState
                    )
                ),
            ]);
        }
        else
        {
            // Nobody is named: halve until the bad ones stand alone.
            var half = batch.Units.Count / 2;
            parts.Push([.. batch.Units.Skip(half)]);
            parts.Push([.. batch.Units.Take(half)]);
        }
    }

    /// <summary>After a lock time-out only the units whose SKUs somebody holds wait; the others go on at once.</summary>
    private async Task SetLockedAside(
        Batch batch,
        PostgresException exception,
        Stack<List<PendingUnit>> parts
    )
    {
        if (exception.SqlState == "0A000")
        {
            await Abandon();
        }
        var skus = batch.StockRows().Select(row => row.SkuId).ToArray();
        if (exception.SqlState != "55P03" || skus.Length == 0)
        {
            Defer(batch.Units);
            return;
        }
        HashSet<Guid> free = [];
        try
        {
            await using var command = new NpgsqlCommand(
                StockStatements.Unlocked,
                _connection!.Connection
            )
            {
                CommandTimeout = 3,
                Parameters = { new() { Value = skus } },
            };
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                free.Add(reader.GetGuid(0));
            }
        }
        catch (Exception failure) when (DatabaseErrors.IsDatabase(failure))
        {
            Defer(batch.Units);
            return;
        }
        var blocked = batch
            .Units.Where(unit => Skus(unit).Any(sku => !free.Contains(sku)))
            .ToHashSet();
        if (blocked.Count == 0)
        {
            Defer(batch.Units);
            return;
        }
        Defer([.. blocked]);
        parts.Push([.. batch.Units.Where(unit => !blocked.Contains(unit))]);
    }

    private static IEnumerable<Guid> Skus(PendingUnit unit) =>
        Batch
            .DeltasOf(unit.Unit)
            .Select(delta => delta.SkuId)
            .Concat(unit.Unit.Catalogue?.BumpedSkus ?? []);

    /// <summary>Rolled back for a passing reason: again after a pause, until the deadline.</summary>
    private void Defer(IReadOnlyCollection<PendingUnit> units)
    {
        foreach (var unit in units)
        {
            if (unit.Unit.Deadline <= clock.GetUtcNow())
            {
                answers.Give(unit, CommitOutcome.Expired);
            }
            else
            {
                var pause = Math.Min(10 << Math.Min(unit.Attempts++, 5), 200);
                queue.Defer(unit, TimeSpan.FromMilliseconds(pause));
            }
        }
    }

    /// <summary>
    /// A unit that was sent before under an unknown outcome is first looked up under its own id: its refusal may be its own earlier commit.
    /// </summary>
    private void Refuse(List<(PendingUnit Unit, CommitOutcome Outcome)> refused)
    {
        var sentBefore = refused.Where(row => row.Unit.WasUnknown).Select(row => row.Unit).ToList();
        if (sentBefore.Count > 0)
        {
            desk.Take(null, sentBefore, [.. refused.Where(row => row.Unit.WasUnknown)]);
        }
        answers.Give([.. refused.Where(row => !row.Unit.WasUnknown)]);
    }

    /// <summary>The desk settles the batch; this writer goes on with a new connection.</summary>
    private void HandOver(Batch batch)
    {
        MallMeter.UnknownBatches.Add(1);
        MallMeter.SlowPathUnits.Add(batch.Units.Count);
        var old = _connection!;
        _connection = null;
        desk.Take(old, batch.Units, []);
    }

    private async Task Abandon()
    {
        if (_connection is { } old)
        {
            _connection = null;
            await old.DisposeAsync();
        }
    }

    /// <summary>An ERROR that left the connection usable was followed by ReadyForQuery: rolled back for sure. FATAL tells nothing.</summary>
    private bool IsDefinite(PostgresException exception) =>
        exception.InvariantSeverity == "ERROR"
        && _connection is { Warned: false, Connection.FullState: System.Data.ConnectionState.Open };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Writer {Number} has no connection: {Error}"
    )]
    private static partial void LogNotConnected(ILogger logger, int number, string error);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Writer {Number}: outcome of {Units} units unknown: {Error}"
    )]
    private static partial void LogUnknown(ILogger logger, int number, int units, string error);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Writer {Number}: {SqlState}, {Units} units are sent again"
    )]
    private static partial void LogPassing(ILogger logger, int number, string sqlState, int units);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The database rejected a unit: {SqlState} {Constraint}, operation {Operation}"
    )]
    private static partial void LogRejected(
        ILogger logger,
        string sqlState,
        string? constraint,
        string operation
    );
}
