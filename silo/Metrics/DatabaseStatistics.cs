using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Silo.Metrics;

/// <summary>What the database server says of itself and of the mall's backlogs: one row of <c>mall.database_statistics()</c>.</summary>
internal sealed class DatabaseStatistics(MallDatabase database)
{
    /// <summary>Later than this the answer is of no use, and the connection is wanted for settling.</summary>
    private const int TimeoutSeconds = 5;

    private const string Query = "select * from mall.database_statistics()";

    /// <exception cref="NpgsqlException">The database did not answer in time, or refused.</exception>
    public async Task<DatabaseReading> Read(CancellationToken cancelled)
    {
        await using var command = database.Settling.CreateCommand(Query);
        command.CommandTimeout = TimeoutSeconds;
        await using var row = await command.ExecuteReaderAsync(cancelled);
        await row.ReadAsync(cancelled);
        double? Number(string column) => row[column] is double number ? number : null;
        return new DatabaseReading
        {
            SizeBytes = Number("size_bytes"),
            Connections = Number("connections"),
            ConnectionsLimit = Number("connections_limit"),
            LongestLockWait = Number("longest_lock_wait"),
            OldestWriter = Number("oldest_writer"),
            OldestTransaction = Number("oldest_transaction"),
            Standbys = Number("standbys"),
            ReplicationLagBytes = Number("replication_lag_bytes"),
            ReplicationLag = Number("replication_lag"),
            WalWritten = Number("wal_written"),
            WalBytes = Number("wal_bytes"),
            ArchiveFailures = Number("archive_failures"),
            OldestEvent = Number("oldest_event"),
            SweepLag = Number("sweep_lag"),
        };
    }
}

/// <summary>One reading. Times are seconds. Null: the database's owner may not see it, or there is nothing of the kind.</summary>
internal sealed record DatabaseReading
{
    public double? SizeBytes { get; init; }
    public double? Connections { get; init; }

    /// <summary>Most connections of ordinary roles.</summary>
    public double? ConnectionsLimit { get; init; }
    public double? LongestLockWait { get; init; }

    /// <summary>Age of the oldest transaction that has written something; 0 when there is none.</summary>
    public double? OldestWriter { get; init; }

    /// <summary>Age of the oldest transaction of any client; 0 when there is none.</summary>
    public double? OldestTransaction { get; init; }
    public double? Standbys { get; init; }
    public double? ReplicationLagBytes { get; init; }
    public double? ReplicationLag { get; init; }

    /// <summary>Bytes of the log since the cluster was made.</summary>
    public double? WalWritten { get; init; }

    /// <summary>Bytes that the log's files take.</summary>
    public double? WalBytes { get; init; }
    public double? ArchiveFailures { get; init; }

    /// <summary>Age of the oldest event in the outbox; 0 when it is empty.</summary>
    public double? OldestEvent { get; init; }

    /// <summary>How long ago the oldest due change of an account fell due; 0 when none is.</summary>
    public double? SweepLag { get; init; }
}
