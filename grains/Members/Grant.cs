namespace PointsMall.Grains.Members;

/// <summary>Adds points to an account, at once or pending.</summary>
public static class Grant
{
    /// <summary>Points that one account may hold in all.</summary>
    public const long MaxBalance = 1_000_000_000_000_000;

    /// <summary>The calendar arithmetic that follows must stay within four-digit years.</summary>
    internal static readonly DateTimeOffset Horizon = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static MemberDecision Decide(
        Account account,
        GrantCommand command,
        DecisionContext context
    )
    {
        var now = Accounts.Now(account, context.Clock);
        if (Check(command, context.Settings, now) is { } invalid)
        {
            return MemberDecision.Refuse(invalid);
        }
        if (Draft.Open(account, command.Header, context, now) is not { } draft)
        {
            return MemberDecision.WithoutPages;
        }
        if (command.Points > MaxBalance - draft.Available - draft.Pending - account.Held)
        {
            return MemberDecision.Refuse(
                Refusal.Invalid("points", $"would raise the balance above {MaxBalance}")
            );
        }

        var activatesAt = Micro(command.PendingUntil) is { } until && until > now ? until : now;
        var lot = new Lot(
            draft.NextSequence,
            command.Points,
            ExpiryOf(command, context, activatesAt),
            LotBook.SourceOf(command.Source)
        );
        var pending = activatesAt > now;
        if (
            pending
                ? draft.Lots.NeedsPagedLotsToAddPending(activatesAt)
                : draft.Lots.NeedsPagedLotsToAdd(lot.ExpiresAt)
        )
        {
            return MemberDecision.WithoutPages;
        }
        var number = pending ? draft.Lots.AddPending(new(lot, activatesAt)) : draft.Lots.Add(lot);
        draft.LifetimeEarned = checked(draft.LifetimeEarned + command.Points);
        draft.Post(
            new()
            {
                Type = EntryType.Grant,
                Account = pending ? EntryAccount.Pending : EntryAccount.Available,
                Points = command.Points,
                Contra = $"issued:{command.Source}",
                Lots = [new(number, command.Points, Instants.OrNever(lot.ExpiresAt))],
                CauseKind = "grant",
                CauseId = command.Header.CommandId,
                Reason = command.Reason,
            }
        );
        return draft.Close();
    }

    private static Refusal? Check(
        GrantCommand command,
        ProgrammeSettings settings,
        DateTimeOffset now
    )
    {
        if (command.Points < 1 || command.Points > settings.MaxPointsPerCommand)
        {
            return Refusal.Invalid("points", $"must be 1 to {settings.MaxPointsPerCommand}");
        }
        if (!IsSource(command.Source))
        {
            return Refusal.Invalid("source", "must be lower-case snake_case, 1 to 40 characters");
        }
        if (command.PendingUntil >= Horizon)
        {
            return Refusal.Invalid("pendingUntil", "must be before the year 9000");
        }
        if (Micro(command.ExpiresAt) is not { } expiresAt)
        {
            return null;
        }
        if (expiresAt >= Horizon)
        {
            return Refusal.Invalid("expiresAt", "must be before the year 9000");
        }
        if (expiresAt <= now)
        {
            return Refusal.Invalid("expiresAt", "must be in the future");
        }
        return expiresAt <= Micro(command.PendingUntil)
            ? Refusal.Invalid("expiresAt", "must be after pendingUntil")
            : null;
    }

    private static DateTimeOffset ExpiryOf(
        GrantCommand command,
        DecisionContext context,
        DateTimeOffset activatesAt
    )
    {
        if (Micro(command.ExpiresAt) is { } expiresAt)
        {
            return expiresAt;
        }
        return context.DefaultExpiry(activatesAt);
    }

    private static bool IsSource(string source) =>
        source.Length is >= 1 and <= 40
        && char.IsAsciiLetterLower(source[0])
        && source.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private static DateTimeOffset? Micro(DateTimeOffset? instant) =>
        instant is { } given ? Instants.Truncate(given) : null;
}
