using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Commits;

/// <summary>Which backend a batch went to. A process id alone may be another's by now.</summary>
internal readonly record struct Backend(int ProcessId, DateTime StartedAt);

/// <summary>A writer's one connection. After anything but a clean answer it is given up and its backend is ended.</summary>
internal sealed class WriterConnection(NpgsqlConnection connection, Backend backend)
    : IAsyncDisposable
{
    private readonly Warnings _warnings = new(connection);

    public NpgsqlConnection Connection { get; } = connection;

    /// <summary>What writes this connection's batches.</summary>
    public BatchCommand Command { get; } = new(connection);

    public Backend Backend { get; } = backend;

    /// <summary>The server warned during the batch, as it does when it stops waiting for a standby: committed here, perhaps not there.</summary>
    public bool Warned => _warnings.Heard;

    public static async Task<WriterConnection> Open(MallDatabase database, int number)
    {
        var connection = database.Writer(number);
        try
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText =
                "select pid, backend_start from pg_stat_activity where pid = pg_backend_pid()";
            command.CommandTimeout = 3;
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            return new WriterConnection(
                connection,
                new Backend(reader.GetInt32(0), reader.GetDateTime(1))
            );
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        Command.Dispose();
        _warnings.Dispose();
        return Connection.DisposeAsync();
    }
}
