using Microsoft.Extensions.Logging;
using Npgsql;
using PointsMall.Grains.Commits;

namespace PointsMall.Grains.Members;

/// <summary>
/// Registers members. It has no state, so it runs in every silo and calls may interleave; the committer's queue bounds them. Of two that
/// register the same member at once the database's unique keys let one through, and the other finds it.
/// </summary>
[GrainType("member-registry"), StatelessWorker, Reentrant]
internal sealed partial class MemberRegistryGrain(
    ICommitter committer,
    RegistrationRecords records,
    TimeProvider clock,
    ILogger<MemberRegistryGrain> logger
) : Grain, IMemberRegistryGrain
{
    private const string Operation = "register_member";

    /// <summary>Two of one batch that collide are told apart before the first of them is committed: the second looks too early.</summary>
    private const int MaxAttempts = 3;

    public async Task<RegistrationResult> Register(RegisterMemberCommand command)
    {
        if (RegistrationRules.Check(command) is { } invalid)
        {
            return Refused(invalid);
        }
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await Commit(command) is { } result)
            {
                return result;
            }
        }
        return Refused(Refusal.Of(RefusalCode.NotRun));
    }

    /// <summary>Null when somebody stood in the way who is not there.</summary>
    private async Task<RegistrationResult?> Commit(RegisterMemberCommand command)
    {
        using var slot = committer.TryReserve(command.Header.Lane);
        if (slot is null)
        {
            return Refused(CommitRefusal.Overloaded);
        }
        var outcome = await committer.Submit(slot, Unit(command));
        return outcome.Verdict switch
        {
            CommitVerdict.Committed => new RegistrationResult
            {
                MemberId = command.MemberId,
                Created = true,
            },
            CommitVerdict.KeyUsed => await AnswerFirst(command),
            _ => Refused(CommitRefusal.Of(outcome)),
        };
    }

    private CommitUnit Unit(RegisterMemberCommand command)
    {
        var header = command.Header;
        var now = Instants.Truncate(clock.GetUtcNow());
        return new CommitUnit
        {
            CommitId = header.CommandId,
            Lane = header.Lane,
            Deadline = header.Deadline,
            At = now,
            Command = new CommandRow(header.Principal, header.Key, Operation, header.Fingerprint),
            Registration = new RegistrationWrite(
                command.MemberId,
                command.ExternalId,
                command.DisplayName,
                command.Email,
                command.Phone,
                Accounts.Empty(command.MemberId, now)
            ),
        };
    }

    /// <summary>The commit found the command's id, its key or its external id in use. The fingerprint covers the operation.</summary>
    private async Task<RegistrationResult?> AnswerFirst(RegisterMemberCommand command)
    {
        try
        {
            return await records.FindFirst(command) switch
            {
                { By: FoundBy.ExternalId } first => new RegistrationResult
                {
                    MemberId = first.MemberId,
                },
                { } first when first.Fingerprint.Span.SequenceEqual(command.Header.Fingerprint) =>
                    new RegistrationResult
                    {
                        MemberId = first.MemberId,
                        Created = true,
                        Replayed = first.By == FoundBy.Key,
                    },
                { } => Refused(Refusal.Of(RefusalCode.IdempotencyKeyReused)),
                null => null,
            };
        }
        catch (NpgsqlException exception)
        {
            LogNotFound(logger, exception.GetType().Name, exception.SqlState);
            return Refused(Refusal.Of(RefusalCode.NotRun));
        }
    }

    private static RegistrationResult Refused(Refusal refusal) => new() { Refusal = refusal };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A member who is registered already could not be looked up: {Error} {SqlState}"
    )]
    private static partial void LogNotFound(ILogger logger, string error, string? sqlState);
}
