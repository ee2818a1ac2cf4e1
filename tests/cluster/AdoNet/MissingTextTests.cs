using Npgsql;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.AdoNet;

public sealed class MissingTextTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("MembershipReadAllKey")]
    [InlineData("WriteToStorageKey")]
    [InlineData("ReadRangeRows1Key")]
    public async Task A_silo_refuses_to_start_without_a_text(string key)
    {
        await using var database = await postgres.CreateDatabase();
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var remove = owner.CreateCommand(
            $"delete from orleans.OrleansQuery where QueryKey = '{key}'"
        );
        Assert.Equal(1, await remove.ExecuteNonQueryAsync());
        await using var cluster = new AdoNetCluster(database, "");

        var refusal = await Assert.ThrowsAnyAsync<Exception>(cluster.StartSilo);

        Assert.True(refusal is ArgumentException or InvalidOperationException, refusal.ToString());
    }
}
