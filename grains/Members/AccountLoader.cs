using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using PointsMall.Grains.Database;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Members;

/// <summary>
/// Takes accounts over for activations, many in one statement. The version moves on, so nothing that an earlier activation has sent or will
/// send can commit afterwards: what this activation then refuses is refused for good.
/// </summary>
public sealed partial class AccountLoader : IDisposable
{
    /// <summary>Accounts in one statement.</summary>
    private const int MaxBatch = 200;

    /// <summary>Statements at the same time: one forms while another runs.</summary>
    private const int Loaders = 2;

    /// <summary>An account that is locked by a commit in flight is asked for again, alone, until then.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(4);

    private const string TakeOver = """
        with locked as materialized (
            select member_id
            from member_account
            where member_id = any($1)
            order by member_id
            for update skip locked
        )
        update member_account a
        set version = a.version + 1,
            activations = a.activations + 1,
            owner = $2
        from locked l
        where a.member_id = l.member_id
        returning
            a.member_id, a.version, a.available, a.held, a.pending, a.debt, a.lifetime_earned, a.lifetime_spent,
            a.sequence, a.head_hash, a.last_at, a.due_on, a.state, a.deactivated_at
        """;

    private const string Existing = """
        select member_id
        from member_account
        where member_id = any($1)
        """;

    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>(
        new UnboundedChannelOptions { SingleReader = false }
    );
    private readonly MallDatabase _database;
    private readonly TimeProvider _clock;
    private readonly ILogger<AccountLoader> _logger;

    private sealed record Request(
        Guid MemberId,
        long AskedAt,
        TaskCompletionSource<Account?> Answer
    );

    public AccountLoader(MallDatabase database, TimeProvider clock, ILogger<AccountLoader> logger)
    {
        _database = database;
        _clock = clock;
        _logger = logger;
        for (var i = 0; i < Loaders; i++)
        {
            _ = Run();
        }
    }

    /// <summary>The account, now this silo's; null when there is no such member.</summary>
    /// <exception cref="TimeoutException">Somebody else's commit holds the account.</exception>
    /// <exception cref="NpgsqlException">The database can't be asked.</exception>
    public Task<Account?> Take(Guid memberId)
    {
        var request = new Request(
            memberId,
            _clock.GetTimestamp(),
            new TaskCompletionSource<Account?>(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        return _requests.Writer.TryWrite(request)
            ? request.Answer.Task
            : Task.FromException<Account?>(new ObjectDisposedException(nameof(AccountLoader)));
    }

    public void Dispose() => _requests.Writer.TryComplete();

    private async Task Run()
    {
        await Task.Yield();
        Dictionary<Guid, Request> batch = [];
        while (await _requests.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _requests.Reader.TryRead(out var request))
            {
                if (!batch.TryAdd(request.MemberId, request))
                {
                    // Two activations of one member at once: the later one must fence the earlier.
                    _requests.Writer.TryWrite(request);
                    break;
                }
            }
            if (batch.Count > 0)
            {
                await Load(batch);
            }
        }
    }

    private async Task Load(Dictionary<Guid, Request> batch)
    {
        try
        {
            MallMeter.AccountLoadBatch.Record(batch.Count);
            await using var connection = await _database.Loads.OpenConnectionAsync();
            foreach (var account in await TakeThem(connection, [.. batch.Keys]))
            {
                if (batch.Remove(account.MemberId, out var request))
                {
                    MallMeter.AccountLoads.Add(1);
                    request.Answer.TrySetResult(account);
                }
            }
            if (batch.Count > 0)
            {
                await SortOut(connection, batch);
            }
        }
        // Whatever it is (also a row that does not decode), it fails these loads only: the loop goes on.
        catch (Exception exception)
        {
            LogFailed(
                _logger,
                batch.Count,
                (exception as PostgresException)?.SqlState ?? exception.GetType().Name
            );
            foreach (var request in batch.Values)
            {
                request.Answer.TrySetException(exception);
            }
        }
    }

    private async Task<List<Account>> TakeThem(NpgsqlConnection connection, Guid[] members)
    {
        List<Account> accounts = new(members.Length);
        // The account may hold what a lost standby has not got; the grain would answer retries from it.
        using var warnings = new Warnings(connection);
        await using var command = new NpgsqlCommand(TakeOver, connection)
        {
            Parameters =
            {
                new() { Value = members },
                new() { Value = _database.Generation },
            },
        };
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            accounts.Add(AccountRow.Read(reader));
        }
        await reader.CloseAsync();
        warnings.ThrowIfHeard();
        return accounts;
    }

    /// <summary>Not taken: unknown, or locked. The locked ones are tried again without holding the others up.</summary>
    private async Task SortOut(NpgsqlConnection connection, Dictionary<Guid, Request> rest)
    {
        HashSet<Guid> existing = [];
        await using (
            var command = new NpgsqlCommand(Existing, connection)
            {
                Parameters = { new() { Value = rest.Keys.ToArray() } },
            }
        )
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                existing.Add(reader.GetGuid(0));
            }
        }
        foreach (var request in rest.Values.ToList())
        {
            if (!existing.Contains(request.MemberId))
            {
                request.Answer.TrySetResult(null);
            }
            else if (_clock.GetElapsedTime(request.AskedAt) > LockPatience)
            {
                request.Answer.TrySetException(
                    new TimeoutException("The account is locked by a commit in flight")
                );
            }
            else
            {
                _ = AskAgain(request);
            }
        }
    }

    private async Task AskAgain(Request request)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(20), _clock);
        if (!_requests.Writer.TryWrite(request))
        {
            request.Answer.TrySetException(new ObjectDisposedException(nameof(AccountLoader)));
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Accounts} accounts could not be loaded: {Error}"
    )]
    private static partial void LogFailed(ILogger logger, int accounts, string error);
}
