using Npgsql;
using NpgsqlTypes;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Verification;

/// <summary>
/// The one session that may verify. It holds an advisory lock and writes everything through its own connection, so whoever lost the lock,
/// because the session was ended, can write nothing more. The connection's name ends it with its silo.
/// </summary>
internal sealed class VerificationSession : IAsyncDisposable
{
    private const string Lock = "select pg_try_advisory_lock(4202611271319)";
    private const string Moment = "select pg_snapshot_xmin(pg_current_snapshot())";

    private readonly CancellationToken _cancelled;

    private VerificationSession(NpgsqlConnection connection, CancellationToken cancelled)
    {
        Connection = connection;
        _cancelled = cancelled;
        Examiner = new(connection, cancelled);
    }

    public NpgsqlConnection Connection { get; }

    public Examiner Examiner { get; }

    /// <summary>Null while another session verifies.</summary>
    public static async Task<VerificationSession?> TryBegin(
        MallDatabase database,
        CancellationToken cancelled
    )
    {
        var session = new VerificationSession(database.Verification(), cancelled);
        try
        {
            await session.Connection.OpenAsync(cancelled);
            if (await session.Scalar<bool>(Lock))
            {
                return session;
            }
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
        await session.DisposeAsync();
        return null;
    }

    /// <summary>Every transaction below this has ended: nothing new will ever be committed there.</summary>
    public Task<ulong> Horizon() => Scalar<ulong>(Moment);

    public async Task<T> Scalar<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync(_cancelled))!;
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    public async Task<ulong?> Transaction(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(_cancelled) as ulong?;
    }

    public async Task<List<T>> List<T>(
        string sql,
        Func<NpgsqlDataReader, T> read,
        params object[] parameters
    )
    {
        var rows = new List<T>();
        await using var command = Command(sql, parameters);
        await using var row = await command.ExecuteReaderAsync(_cancelled);
        while (await row.ReadAsync(_cancelled))
        {
            rows.Add(read(row));
        }
        return rows;
    }

    public async Task Execute(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(_cancelled);
    }

    public ValueTask<NpgsqlTransaction> Begin() => Connection.BeginTransactionAsync(_cancelled);

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, Connection);
        foreach (var value in parameters)
        {
            command.Parameters.Add(Parameter(value));
        }
        return command;
    }

    /// <summary>An unsigned number is a transaction's.</summary>
    internal static NpgsqlParameter Parameter(object value) =>
        value is ulong
            ? new() { Value = value, NpgsqlDbType = NpgsqlDbType.Xid8 }
            : new() { Value = value };
}
