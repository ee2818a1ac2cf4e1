using Npgsql;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task A_killed_server_comes_back_on_its_port_with_what_was_committed()
    {
        using var server = PostgresServer.Start();
        var database = await server.CreateEmptyDatabase();
        await using var source = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using (var write = source.CreateCommand("create table kept as select 42 as answer"))
        {
            await write.ExecuteNonQueryAsync();
        }

        server.Kill();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Read(source));
        server.Restart();
        source.Clear();

        Assert.Equal(42, await Read(source));
    }

    private static async Task<object?> Read(NpgsqlDataSource source)
    {
        await using var read = source.CreateCommand("select answer from kept");
        return await read.ExecuteScalarAsync();
    }
}
