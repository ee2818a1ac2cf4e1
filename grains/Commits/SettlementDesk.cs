using Microsoft.Extensions.Logging;

namespace PointsMall.Grains.Commits;

/// <summary>
/// Keeps batches whose outcome is unknown until they are settled. A unit that was committed is answered so; an absent one goes back to
/// the queue under the same ids; one whose deadline passes first is answered as unknown, and its backend is ended all the same.
/// </summary>
internal sealed partial class SettlementDesk(
    OutcomeSettler settler,
    CommitQueue queue,
    UnitAnswers answers,
    TimeProvider clock,
    ILogger<SettlementDesk> logger
)
{
    private static readonly TimeSpan TryTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>PostgreSQL keeps a backend whose client fell silent for as long as its socket lives; give up on ending it after this.</summary>
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(2);
    private int _open;

    /// <summary>Batches that are being settled.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <param name="connection">The connection that the batch went to; its backend is ended. Null: only look the units up.</param>
    /// <param name="units">What was sent.</param>
    /// <param name="refused">Verdicts that stand unless the look-up finds the unit committed.</param>
    public void Take(
        WriterConnection? connection,
        IReadOnlyCollection<PendingUnit> units,
        IReadOnlyCollection<(PendingUnit Unit, CommitOutcome Outcome)> refused
    )
    {
        Interlocked.Increment(ref _open);
        foreach (var unit in units)
        {
            unit.WasUnknown = true;
        }
        _ = Settle(
            connection,
            [.. units],
            refused.ToDictionary(row => row.Unit, row => row.Outcome)
        );
    }

    private async Task Settle(
        WriterConnection? connection,
        List<PendingUnit> units,
        Dictionary<PendingUnit, CommitOutcome> refused
    )
    {
        try
        {
            var startedAt = clock.GetTimestamp();
            while (clock.GetElapsedTime(startedAt) < GiveUp)
            {
                AnswerUnknown(units);
                using var deadline = new CancellationTokenSource(TryTime, clock);
                if (
                    await settler.TrySettle(connection?.Backend, units, deadline.Token) is { } found
                )
                {
                    Conclude(units, refused, found);
                    return;
                }
                await Task.Delay(Pause, clock);
            }
            LogGaveUp(logger);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            if (connection is not null)
            {
                await Discard(connection);
            }
        }
    }

    private void AnswerUnknown(List<PendingUnit> units)
    {
        var now = clock.GetUtcNow();
        var over = units.Where(unit => unit.Unit.Deadline <= now).ToList();
        answers.Give(over, CommitOutcome.Unknown);
        units.RemoveAll(over.Contains);
    }

    private void Conclude(
        List<PendingUnit> units,
        Dictionary<PendingUnit, CommitOutcome> refused,
        Dictionary<PendingUnit, CommitOutcome> found
    )
    {
        List<(PendingUnit, CommitOutcome)> decided = [];
        foreach (var unit in units)
        {
            if (found.TryGetValue(unit, out var outcome) || refused.TryGetValue(unit, out outcome))
            {
                decided.Add((unit, outcome));
            }
            else
            {
                queue.Defer(unit, TimeSpan.Zero);
            }
        }
        answers.Give(decided);
    }

    private static async Task Discard(WriterConnection connection)
    {
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception exception)
            when (exception is Npgsql.NpgsqlException or InvalidOperationException or IOException)
        {
            // Its backend is gone; the socket may say so in any way.
        }
    }

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "A backend with an unknown batch could not be ended; its locks stay until it is"
    )]
    private static partial void LogGaveUp(ILogger logger);
}
