using Npgsql;

namespace PointsMall.LoadTests.Peers.Orleans;

/// <summary>The tables of Orleans' ADO.NET providers, from the mall's own migration, and a list of the grains that were made.</summary>
internal static class OrleansTables
{
    private const string List = """
        create schema if not exists peer;
        create table if not exists peer.grain (
            kind text not null,
            id uuid not null,
            primary key (kind, id)
        )
        """;

    /// <summary>Creates what is missing.</summary>
    public static async Task Create(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync();
        await using var look = new NpgsqlCommand(
            "select to_regclass('orleans.OrleansQuery') is not null",
            connection
        );
        string[] scripts = await look.ExecuteScalarAsync() is true
            ? [List]
            : [await Resource.Read("000_roles.sql"), await Resource.Read("001_orleans.sql"), List];
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var script in scripts)
        {
            await using var command = new NpgsqlCommand(script, connection, transaction);
            await command.ExecuteNonQueryAsync();
        }
        await transaction.CommitAsync();
    }
}
