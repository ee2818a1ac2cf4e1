using Npgsql;
using NpgsqlTypes;
using PointsMall.Api.Telemetry;

namespace PointsMall.Api.Reads;

/// <summary>
/// Where a read goes. With a replica (<c>ConnectionStrings:replica</c>) it goes there when that can't be told from the primary, as far as the
/// read's promise goes; in every other case, and when the replica fails it, to the primary.
/// </summary>
/// <param name="primary">The primary's connections.</param>
/// <param name="position">How far the primary is.</param>
/// <param name="replica">Null without one.</param>
internal sealed class DatabaseReads(
    NpgsqlDataSource primary,
    PrimaryPosition position,
    Replica? replica
)
{
    private const string SelectPosition = "select pg_current_wal_flush_lsn()";

    /// <summary>The question that <see cref="PrimaryPosition"/> asks.</summary>
    public static async Task<NpgsqlLogSequenceNumber> AskPosition(NpgsqlDataSource primary)
    {
        await using var command = primary.CreateCommand(SelectPosition);
        return (NpgsqlLogSequenceNumber)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A read that may show the state of <see cref="Replica.MaxStaleness"/> ago.</summary>
    /// <param name="query">Is run again, on another connection, when the replica fails it.</param>
    /// <param name="cancelled">Ends the read.</param>
    public async Task<T> Recent<T>(
        Func<NpgsqlConnection, Task<T>> query,
        CancellationToken cancelled
    ) =>
        replica is { IsUsable: true }
            ? await FromReplica(replica, null, query, cancelled)
            : await FromPrimary(query, cancelled);

    /// <summary>A read that shows whatever was answered to anybody, by any process, before it began.</summary>
    /// <param name="query">Is run again, on another connection, when the replica fails it.</param>
    /// <param name="cancelled">Ends the read.</param>
    public async Task<T> Current<T>(
        Func<NpgsqlConnection, Task<T>> query,
        CancellationToken cancelled
    ) =>
        replica is { IsUsable: true } && await Written(cancelled) is { } written
            ? await FromReplica(replica, written, query, cancelled)
            : await FromPrimary(query, cancelled);

    private async Task<NpgsqlLogSequenceNumber?> Written(CancellationToken cancelled)
    {
        try
        {
            return await position.Now().WaitAsync(cancelled);
        }
        catch (Exception failure) when (Replica.IsFailure(failure))
        {
            return null; // the read itself will say so
        }
    }

    private async Task<T> FromReplica<T>(
        Replica from,
        NpgsqlLogSequenceNumber? written,
        Func<NpgsqlConnection, Task<T>> query,
        CancellationToken cancelled
    )
    {
        try
        {
            await using var connection = await from.Source.OpenConnectionAsync(cancelled);
            if (written is not { } all || await Replica.HasReplayed(connection, all, cancelled))
            {
                var answer = await query(connection);
                ApiMeter.Read(ReadSource.Replica);
                return answer;
            }
        }
        catch (Exception failure)
            when (Replica.IsFailure(failure) && !cancelled.IsCancellationRequested)
        {
            from.Failed(failure);
        }
        return await FromPrimary(query, cancelled);
    }

    private async Task<T> FromPrimary<T>(
        Func<NpgsqlConnection, Task<T>> query,
        CancellationToken cancelled
    )
    {
        ApiMeter.Read(replica is null ? ReadSource.Primary : ReadSource.Fallback);
        await using var connection = await primary.OpenConnectionAsync(cancelled);
        return await query(connection);
    }
}
