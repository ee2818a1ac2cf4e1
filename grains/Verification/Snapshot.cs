using System.Data;
using Npgsql;

namespace PointsMall.Grains.Verification;

/// <summary>One consistent view of the database: every query of it sees the same moment.</summary>
internal sealed class Snapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly CancellationToken _cancelled;

    private Snapshot(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancelled
    )
    {
        _connection = connection;
        _transaction = transaction;
        _cancelled = cancelled;
    }

    public static async Task<Snapshot> Take(
        NpgsqlConnection connection,
        CancellationToken cancelled
    )
    {
        var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead,
            cancelled
        );
        await using var settings = new NpgsqlCommand(
            "set transaction read only; set local jit = off",
            connection
        );
        await settings.ExecuteNonQueryAsync(cancelled);
        return new(connection, transaction, cancelled);
    }

    /// <summary>The rows of a query over some members; each is valid until the next.</summary>
    public IAsyncEnumerable<NpgsqlDataReader> Read(string sql, MemberSet members) =>
        Read(sql, members.Parameters);

    /// <summary>The rows of a query; each is valid until the next. An unsigned number is a transaction's.</summary>
    public async IAsyncEnumerable<NpgsqlDataReader> Read(string sql, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 0 };
        foreach (var value in parameters)
        {
            command.Parameters.Add(VerificationSession.Parameter(value));
        }
        await using var reader = await command.ExecuteReaderAsync(_cancelled);
        while (await reader.ReadAsync(_cancelled))
        {
            yield return reader;
        }
    }

    public ValueTask DisposeAsync() => _transaction.DisposeAsync();
}
