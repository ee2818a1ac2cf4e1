using Microsoft.Extensions.Logging;
using Npgsql;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Members;

/// <summary>What a command came to. Exactly one is set; none when there was nothing to do.</summary>
internal sealed record Completion
{
    public Refusal? Refusal { get; init; }

    /// <summary>The key's first command, which did the work.</summary>
    public StoredCommand? Replayed { get; init; }

    /// <summary>What was committed.</summary>
    public MemberDecision? Done { get; init; }

    /// <summary>What it is called in metrics; one of <see cref="Outcomes"/>.</summary>
    public string Outcome =>
        this switch
        {
            { Refusal: { } refusal } => refusal.Code.ToString(),
            { Replayed: not null } => nameof(Replayed),
            { Done: not null } => nameof(Done),
            _ => NothingToDo,
        };

    public static ImmutableArray<string> Outcomes { get; } =
    [nameof(Done), nameof(Replayed), NothingToDo, .. Enum.GetNames<RefusalCode>()];

    private const string NothingToDo = nameof(NothingToDo);

    public static Completion Refuse(RefusalCode code) => new() { Refusal = Refusal.Of(code) };

    public static readonly Completion Overloaded = new()
    {
        Refusal = new Refusal { Code = RefusalCode.Overloaded, RetryAfterSeconds = 1 },
    };
}

/// <summary>A look-up found the account moved on by another activation.</summary>
internal sealed class FencedException : Exception;

/// <summary>
/// One activation's hold on a member's account: load, decide, commit, apply, one command after another. Memory never runs ahead of the
/// database; once another activation is found ahead, this one answers nothing any more.
/// </summary>
internal sealed partial class AccountCommands(
    Guid memberId,
    AccountLoader loader,
    AccountVersions versions,
    MemberRecords records,
    ICommitter committer,
    TimeProvider clock,
    Action<MemberDecision> committed,
    Action leave,
    ILogger logger
) : IDisposable
{
    /// <summary>A read from memory is at most this much older than the database.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    private readonly CommandTurns _turns = new();
    private Account? _account;
    private Task<Account?>? _loading;

    /// <summary>The account was this activation's at some instant after this, as the database said.</summary>
    private long _verifiedAt;
    private bool _committing;
    private bool _gone;

    /// <summary>Another activation has taken the account: nothing is answered from memory any more.</summary>
    public bool IsGone => _gone;

    /// <summary>Decides and commits one command.</summary>
    /// <param name="header">Identity, key, deadline.</param>
    /// <param name="operation">Its name in <c>command</c>.</param>
    /// <param name="decide">Called again, with 1, when what it went by turned out to be stale. Null: nothing to do.</param>
    public async Task<Completion> Run(
        CommandHeader header,
        string operation,
        Func<Account, int, Task<MemberDecision?>> decide
    )
    {
        var completion = _turns.AreFull
            ? Completion.Overloaded
            : await Wait(header, operation, decide);
        MallMeter.Commands.Add(
            1,
            new KeyValuePair<string, object?>("operation", operation),
            new KeyValuePair<string, object?>("outcome", completion.Outcome)
        );
        return completion;
    }

    private async Task<Completion> Wait(
        CommandHeader header,
        string operation,
        Func<Account, int, Task<MemberDecision?>> decide
    )
    {
        var arrivedAt = clock.GetTimestamp();
        using var turn = await _turns.Enter(header.Deadline - clock.GetUtcNow());
        // The one ahead may be an earlier attempt of this very command, whose outcome nobody knows yet: to be asked again, not refused.
        return turn is null
            ? Completion.Refuse(RefusalCode.NotRun)
            : await RunInTurn(header, operation, arrivedAt, decide);
    }

    /// <summary>The committed account, fresh from the database within <see cref="FreshFor"/>; null for an unknown member.</summary>
    /// <exception cref="NpgsqlException">The database can't be asked, and memory is too old to answer alone.</exception>
    public async Task<Account?> Read()
    {
        var account = await Load();
        if (account is null || clock.GetElapsedTime(_verifiedAt) < FreshFor)
        {
            return _account ?? account;
        }
        var askedAt = clock.GetTimestamp();
        var version = await versions.Read(memberId);
        // The commit in flight may be in the database and not yet here.
        if (
            version is { } now
            && (now == _account?.Version || (_committing && now == _account?.Version + 1))
        )
        {
            _verifiedAt = askedAt;
            return _account;
        }
        Leave();
        throw new InvalidOperationException(
            "Another activation has taken the account over; ask again"
        );
    }

    public void Dispose() => _turns.Dispose();

    private async Task<Completion> RunInTurn(
        CommandHeader header,
        string operation,
        long arrivedAt,
        Func<Account, int, Task<MemberDecision?>> decide
    )
    {
        try
        {
            if (_gone || clock.GetUtcNow() >= header.Deadline)
            {
                return Completion.Refuse(RefusalCode.NotRun);
            }
            if (await Load() is not { } account)
            {
                Leave();
                return Completion.Refuse(RefusalCode.MemberNotFound);
            }
            return await RecentlyDone(header, operation, account)
                ?? await DecideAndCommit(header, operation, arrivedAt, decide, account);
        }
        catch (FencedException)
        {
            MallMeter.FencedActivations.Add(1);
            Leave();
            return Completion.Refuse(RefusalCode.NotRun);
        }
        catch (Exception exception)
            when (exception is NpgsqlException or TimeoutException or ObjectDisposedException)
        {
            // Only look-ups throw these: the committer answers with verdicts. Nothing was sent.
            LogNotRun(logger, exception, operation);
            return Completion.Refuse(RefusalCode.NotRun);
        }
    }

    private async Task<Completion> DecideAndCommit(
        CommandHeader header,
        string operation,
        long arrivedAt,
        Func<Account, int, Task<MemberDecision?>> decide,
        Account account
    )
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            // Before any claim: what is claimed must not then find the queue full.
            using var slot = committer.TryReserve(header.Lane);
            if (slot is null)
            {
                return Completion.Overloaded;
            }
            var decision = await decide(account, attempt);
            if (decision is null)
            {
                return new Completion();
            }
            if (decision.Refusal is { } refusal)
            {
                return await StillHolds(account, arrivedAt)
                    ? await DoneLongAgo(header, operation, account)
                        ?? new Completion { Refusal = refusal }
                    : Completion.Refuse(RefusalCode.NotRun);
            }
            var outcome = await Commit(slot, header, operation, account, decision);
            if (outcome.Verdict != CommitVerdict.StaleClaim)
            {
                return await Conclude(outcome, header, operation, decision);
            }
        }
        return Completion.Refuse(RefusalCode.NotRun);
    }

    private async Task<CommitOutcome> Commit(
        CommitSlot slot,
        CommandHeader header,
        string operation,
        Account account,
        MemberDecision decision
    )
    {
        var sentAt = clock.GetTimestamp();
        _committing = true;
        try
        {
            var outcome = await committer.Submit(
                slot,
                new CommitUnit
                {
                    CommitId = header.CommandId,
                    Lane = header.Lane,
                    Deadline = header.Deadline,
                    At = decision.Next!.LastAt,
                    Command = new CommandRow(
                        header.Principal,
                        header.Key,
                        operation,
                        header.Fingerprint
                    ),
                    Member = new MemberWrite(account, decision),
                }
            );
            if (outcome.Verdict == CommitVerdict.Committed)
            {
                _verifiedAt = sentAt;
            }
            return outcome;
        }
        finally
        {
            _committing = false;
        }
    }

    private async Task<Completion> Conclude(
        CommitOutcome outcome,
        CommandHeader header,
        string operation,
        MemberDecision decision
    )
    {
        switch (outcome.Verdict)
        {
            case CommitVerdict.Committed:
                // Before the turn ends: the next command goes by all that this one has changed.
                _account = decision.Next;
                committed(decision);
                return new Completion { Done = decision };
            case CommitVerdict.Fenced:
                MallMeter.FencedActivations.Add(1);
                Leave();
                return Completion.Refuse(RefusalCode.NotRun);
            case CommitVerdict.KeyUsed:
                return await FindDone(header, operation) ?? Completion.Refuse(RefusalCode.NotRun);
            case CommitVerdict.Expired:
                return Completion.Overloaded;
            case CommitVerdict.EventUsed:
                return Completion.Refuse(RefusalCode.EventIdReused);
            case CommitVerdict.NotRun:
                return Completion.Refuse(RefusalCode.NotRun);
            case CommitVerdict.Unknown:
                Leave();
                return Completion.Refuse(RefusalCode.OutcomeUnknown);
            default:
                Leave();
                throw new InvalidOperationException(
                    $"The database rejected the {operation}: {outcome.Constraint}"
                );
        }
    }

    /// <summary>The key is one of the last eight.</summary>
    private async Task<Completion?> RecentlyDone(
        CommandHeader header,
        string operation,
        Account account
    )
    {
        if (header.Key is null)
        {
            return null;
        }
        var hash = RecentKeys.HashOf(header.Principal, header.Key);
        foreach (var recent in account.RecentKeys)
        {
            if (
                recent.Hash == hash
                && await records.FindByVersion(memberId, recent.Version) is { } first
            )
            {
                return Replay(first, header, operation);
            }
        }
        return null;
    }

    /// <summary>
    /// Before a refusal: a commit finds out by itself that another activation is ahead, a refusal from memory does not, and the other may have
    /// answered this very key with an order. Known when the database was asked since the command arrived.
    /// </summary>
    private async Task<bool> StillHolds(Account account, long arrivedAt)
    {
        if (_verifiedAt >= arrivedAt)
        {
            return true;
        }
        var askedAt = clock.GetTimestamp();
        if (await versions.Read(memberId) == account.Version)
        {
            _verifiedAt = askedAt;
            return true;
        }
        MallMeter.FencedActivations.Add(1);
        Leave();
        return false;
    }

    /// <summary>
    /// Before a refusal: the key may be older than the recent ones, and its first answer stands. A command that goes through needs no
    /// look-up, its commit finds the key.
    /// </summary>
    private Task<Completion?> DoneLongAgo(
        CommandHeader header,
        string operation,
        Account account
    ) =>
        header.Key is not null && account.KeyedCommands > account.RecentKeys.Length
            ? FindDone(header, operation)
            : Task.FromResult<Completion?>(null);

    private async Task<Completion?> FindDone(CommandHeader header, string operation) =>
        await records.FindByKey(memberId, header.Principal, header.Key!) is { } first
            ? Replay(first, header, operation)
            : null;

    private static Completion Replay(StoredCommand first, CommandHeader header, string operation) =>
        first.Operation == operation && first.Fingerprint.Span.SequenceEqual(header.Fingerprint)
            ? new Completion { Replayed = first }
            : Completion.Refuse(RefusalCode.IdempotencyKeyReused);

    private Task<Account?> Load()
    {
        if (_gone)
        {
            throw new InvalidOperationException(
                "Another activation has taken the account over; ask again"
            );
        }
        if (_account is not null)
        {
            return Task.FromResult<Account?>(_account);
        }
        if (_loading is null or { IsCompleted: true })
        {
            _loading = TakeAccount();
        }
        return _loading;
    }

    private async Task<Account?> TakeAccount()
    {
        var askedAt = clock.GetTimestamp();
        _account = await loader.Take(memberId);
        _verifiedAt = askedAt;
        return _account;
    }

    private void Leave()
    {
        _gone = true;
        leave();
    }

    /// <summary>One a command, so not at a level that is written: what failed has logged it once a batch.</summary>
    [LoggerMessage(Level = LogLevel.Debug, Message = "A {Operation} was not run")]
    private static partial void LogNotRun(ILogger logger, Exception exception, string operation);
}
