using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Members;

/// <summary>Reads accounts' versions, many in one statement: who refuses from memory asks first whether the account is still its own.</summary>
public sealed partial class AccountVersions : IDisposable
{
    /// <summary>Accounts in one statement.</summary>
    private const int MaxBatch = 500;

    private const string Versions = """
        select member_id, version
        from member_account
        where member_id = any($1)
        """;

    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly MallDatabase _database;
    private readonly ILogger<AccountVersions> _logger;

    private sealed record Request(Guid MemberId, TaskCompletionSource<long?> Answer);

    public AccountVersions(MallDatabase database, ILogger<AccountVersions> logger)
    {
        _database = database;
        _logger = logger;
        _ = Run();
    }

    /// <summary>The committed version at some instant after this call; null when there is no such member.</summary>
    /// <exception cref="NpgsqlException">The database can't be asked.</exception>
    public Task<long?> Read(Guid memberId)
    {
        var request = new Request(
            memberId,
            new TaskCompletionSource<long?>(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        return _requests.Writer.TryWrite(request)
            ? request.Answer.Task
            : Task.FromException<long?>(new ObjectDisposedException(nameof(AccountVersions)));
    }

    public void Dispose() => _requests.Writer.TryComplete();

    private async Task Run()
    {
        await Task.Yield();
        List<Request> batch = [];
        while (await _requests.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _requests.Reader.TryRead(out var request))
            {
                batch.Add(request);
            }
            await Answer(batch);
        }
    }

    private async Task Answer(List<Request> batch)
    {
        try
        {
            var versions = await Read([.. batch.Select(request => request.MemberId).Distinct()]);
            foreach (var request in batch)
            {
                request.Answer.TrySetResult(
                    versions.TryGetValue(request.MemberId, out var version) ? version : null
                );
            }
        }
        catch (Exception exception)
            when (exception is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            LogFailed(
                _logger,
                batch.Count,
                (exception as PostgresException)?.SqlState ?? exception.GetType().Name
            );
            foreach (var request in batch)
            {
                request.Answer.TrySetException(exception);
            }
        }
    }

    private async Task<Dictionary<Guid, long>> Read(Guid[] members)
    {
        Dictionary<Guid, long> versions = new(members.Length);
        await using var command = _database.Loads.CreateCommand(Versions);
        command.Parameters.Add(new() { Value = members });
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            versions.Add(row.GetGuid(0), row.GetInt64(1));
        }
        return versions;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Accounts} accounts' versions could not be read: {Error}"
    )]
    private static partial void LogFailed(ILogger logger, int accounts, string error);
}
