using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Commits;

/// <summary>
/// Settles batches whose outcome is unknown. Order matters: first the old backend is ended and seen gone, so that nothing of the batch can
/// commit later; only then a missing row is proof that nothing was committed.
/// </summary>
internal sealed partial class OutcomeSettler(MallDatabase database, ILogger<OutcomeSettler> logger)
{
    private const string Terminate = """
        select pg_terminate_backend(pid)
        from pg_stat_activity
        where pid = $1
            and backend_start = $2
        """;

    private const string LookUpMembers = """
        select c.commit_id, c.member_id, null::bigint
        from unnest($1::uuid[], $2::bigint[]) as u (member_id, version)
        join command c on c.member_id = u.member_id and c.version = u.version
        """;

    private const string LookUpOthers = """
        select movement_id, null::uuid, available_after
        from stock_movement
        where movement_id = any($1)
        union all
        select commit_id, null, null
        from member
        where member_id = any($2)
        union all
        select change_id, null, null
        from catalogue_change
        where change_id = any($1)
        """;

    /// <summary>Committing this waits for the standby as any commit does: what the look-up saw is there too.</summary>
    private const string Barrier =
        "select null::uuid, null::uuid, null::bigint from pg_logical_emit_message(true, 'mall', 'barrier')";

    /// <summary>
    /// One try: ends the backend, then looks the units up. Null when the database can't be asked or the backend is still there. Absent units are not in the result.
    /// </summary>
    public async Task<Dictionary<PendingUnit, CommitOutcome>?> TrySettle(
        Backend? backend,
        IReadOnlyCollection<PendingUnit> units,
        CancellationToken deadline
    )
    {
        try
        {
            await using var connection = await database.Settling.OpenConnectionAsync(deadline);
            if (backend is { } old && !await End(connection, old, deadline))
            {
                return null;
            }
            return await LookUp(connection, units, deadline);
        }
        catch (Exception exception)
            when (exception is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            LogNotSettled(
                logger,
                exception.GetType().Name,
                (exception as PostgresException)?.SqlState
            );
            return null;
        }
    }

    private static async Task<bool> End(
        NpgsqlConnection connection,
        Backend backend,
        CancellationToken deadline
    )
    {
        for (var look = 0; look < 40; look++)
        {
            await using var command = new NpgsqlCommand(Terminate, connection)
            {
                Parameters =
                {
                    new() { Value = backend.ProcessId },
                    new() { Value = backend.StartedAt },
                },
            };
            if (await command.ExecuteScalarAsync(deadline) is null)
            {
                return true;
            }
            await Task.Delay(5, deadline);
        }
        return false;
    }

    private static async Task<Dictionary<PendingUnit, CommitOutcome>?> LookUp(
        NpgsqlConnection connection,
        IReadOnlyCollection<PendingUnit> units,
        CancellationToken deadline
    )
    {
        using var warnings = new Warnings(connection);
        var rows = await Rows(connection, units, deadline);
        return warnings.Heard ? null : Match(units, rows);
    }

    private static async Task<List<(Guid CommitId, Guid? MemberId, long? Available)>> Rows(
        NpgsqlConnection connection,
        IReadOnlyCollection<PendingUnit> units,
        CancellationToken deadline
    )
    {
        var members = units
            .Where(unit => unit.Unit.Member is not null)
            .Select(unit => unit.Unit.Member!.Before)
            .ToList();
        var others = units.Select(unit => unit.Unit.CommitId).ToArray();
        var registered = units
            .Where(unit => unit.Unit.Registration is not null)
            .Select(unit => unit.Unit.Registration!.MemberId);
        await using var batch = new NpgsqlBatch(connection);
        var first = new Statement(LookUpMembers)
            .Add(members, NpgsqlDbType.Uuid, member => member.MemberId)
            .Add(members, NpgsqlDbType.Bigint, member => member.Version + 1);
        var second = new NpgsqlBatchCommand(LookUpOthers)
        {
            Parameters =
            {
                new() { Value = others },
                new() { Value = registered.ToArray() },
            },
        };
        batch.BatchCommands.Add(first.Begin());
        batch.BatchCommands.Add(second);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Barrier));
        List<(Guid, Guid?, long?)> rows = [];
        await using var reader = await batch.ExecuteReaderAsync(deadline);
        do
        {
            while (await reader.ReadAsync(deadline))
            {
                if (!await reader.IsDBNullAsync(0, deadline))
                {
                    rows.Add(
                        (
                            reader.GetGuid(0),
                            await reader.IsDBNullAsync(1, deadline) ? null : reader.GetGuid(1),
                            await reader.IsDBNullAsync(2, deadline) ? null : reader.GetInt64(2)
                        )
                    );
                }
            }
        } while (await reader.NextResultAsync(deadline));
        await reader.CloseAsync();
        return rows;
    }

    private static Dictionary<PendingUnit, CommitOutcome> Match(
        IReadOnlyCollection<PendingUnit> units,
        List<(Guid CommitId, Guid? MemberId, long? Available)> rows
    )
    {
        var byCommit = rows.ToDictionary(row => row.CommitId);
        var takenMembers = rows.Where(row => row.MemberId is not null)
            .Select(row => row.MemberId!.Value)
            .ToHashSet();
        Dictionary<PendingUnit, CommitOutcome> found = [];
        foreach (var unit in units)
        {
            if (byCommit.TryGetValue(unit.Unit.CommitId, out var row))
            {
                found[unit] = CommitOutcome.Committed with { Available = row.Available };
            }
            else if (unit.MemberId is { } member && takenMembers.Contains(member))
            {
                found[unit] = CommitOutcome.Fenced;
            }
        }
        return found;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "An unknown outcome could not be settled yet: {Error} {SqlState}"
    )]
    private static partial void LogNotSettled(ILogger logger, string error, string? sqlState);
}
