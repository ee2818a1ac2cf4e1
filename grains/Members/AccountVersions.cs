using Microsoft.Extensions.Logging;
using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Members;

/// <summary>Reads accounts' versions: who refuses from memory asks first whether the account is still its own.</summary>
public sealed class AccountVersions : IDisposable
{
    /// <summary>Accounts in one statement.</summary>
    private const int MaxBatch = 500;

    private const string Versions = """
        select member_id, version
        from member_account
        where member_id = any($1)
        """;

    private readonly MallDatabase _database;
    private readonly BatchedReads<long?> _reads;

    public AccountVersions(MallDatabase database, ILogger<AccountVersions> logger)
    {
        _database = database;
        _reads = new(MaxBatch, Read, "account versions", logger);
    }

    /// <summary>The committed version at some instant after this call; null when there is no such member.</summary>
    /// <exception cref="NpgsqlException">The database can't be asked.</exception>
    public Task<long?> Read(Guid memberId) => _reads.Read(memberId);

    public void Dispose() => _reads.Dispose();

    private async Task<Dictionary<Guid, long?>> Read(Guid[] members)
    {
        Dictionary<Guid, long?> versions = new(members.Length);
        await using var command = _database.Loads.CreateCommand(Versions);
        command.Parameters.Add(new() { Value = members });
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            versions.Add(row.GetGuid(0), row.GetInt64(1));
        }
        return versions;
    }
}
