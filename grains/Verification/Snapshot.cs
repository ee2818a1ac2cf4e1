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

    public static async Task<Snapshot> Take(NpgsqlDataSource source, CancellationToken cancelled)
    {
        var connection = await source.OpenConnectionAsync(cancelled);
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

    /// <summary>The rows of a query over a range of members; each is valid until the next.</summary>
    public IAsyncEnumerable<NpgsqlDataReader> Read(string sql, MemberRange range) =>
        Read(sql, range.After, range.UpTo);

    /// <summary>The rows of a query; each is valid until the next.</summary>
    public async IAsyncEnumerable<NpgsqlDataReader> Read(string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 0 };
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await using var reader = await command.ExecuteReaderAsync(_cancelled);
        while (await reader.ReadAsync(_cancelled))
        {
            yield return reader;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
