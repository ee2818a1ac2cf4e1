using PointsMall.Grains.Members;

namespace PointsMall.Grains.Adjustments;

/// <summary>
/// Corrections by staff. Above the programme's threshold (<see cref="ProgrammeSettings.AdjustmentApprovalAbove"/>) nothing is moved until a
/// second person approves.
/// </summary>
public static class AdjustmentRules
{
    private const string Source = "adjustment";
    private const string Contra = "adjusted";

    public static MemberDecision Request(
        Account account,
        AdjustCommand command,
        DecisionContext context
    )
    {
        var most = context.Settings.MaxPointsPerCommand;
        if (command.Points == 0 || command.Points > most || command.Points < -most)
        {
            return MemberDecision.Refuse(
                Refusal.Invalid("points", $"must be -{most} to {most}, and not 0")
            );
        }
        var now = Accounts.Now(account, context.Clock);
        if (Draft.Open(account, command.Header, context, now) is not { } draft)
        {
            return MemberDecision.WithoutPages;
        }
        if (Math.Abs(command.Points) <= (context.Settings.AdjustmentApprovalAbove ?? long.MaxValue))
        {
            return Move(
                draft,
                command.Points,
                command.Reason,
                command.Header.CommandId,
                account,
                context
            );
        }
        var approval = new Approval
        {
            ApprovalId = command.Header.CommandId,
            MemberId = account.MemberId,
            Status = ApprovalStatus.Pending,
            Points = command.Points,
            Reason = command.Reason,
            RequestedBy = command.Header.Principal,
            RequestedAt = now,
        };
        return draft.Close() with { Approval = approval };
    }

    /// <param name="account">As committed.</param>
    /// <param name="asked">The approval as its row stands; null when the member has none of this id.</param>
    /// <param name="command">Asked for.</param>
    /// <param name="context">What else is known.</param>
    public static MemberDecision Decide(
        Account account,
        Approval? asked,
        DecideApprovalCommand command,
        DecisionContext context
    )
    {
        if (asked is null)
        {
            return MemberDecision.Refuse(RefusalCode.ApprovalNotFound);
        }
        if (asked.Status != ApprovalStatus.Pending)
        {
            return MemberDecision.Refuse(RefusalCode.ApprovalDecided);
        }
        if (asked.RequestedBy == command.Header.Principal)
        {
            return MemberDecision.Refuse(RefusalCode.SecondPersonRequired);
        }
        var now = Accounts.Now(account, context.Clock);
        if (Draft.Open(account, command.Header, context, now) is not { } draft)
        {
            return MemberDecision.WithoutPages;
        }
        var decision = command.Approve
            ? Move(draft, asked.Points, asked.Reason, asked.ApprovalId, account, context)
            : draft.Close();
        return decision.Refusal is not null || decision.NeedsPages
            ? decision
            : decision with
            {
                Approval = asked with
                {
                    Status = command.Approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected,
                    DecidedBy = command.Header.Principal,
                    DecidedAt = now,
                    DecisionReason = command.Reason,
                },
            };
    }

    private static MemberDecision Move(
        Draft draft,
        long points,
        string reason,
        Guid cause,
        Account account,
        DecisionContext context
    )
    {
        ImmutableArray<EntryLot> lots;
        if (points > 0)
        {
            if (points > Grant.MaxBalance - draft.Available - draft.Pending - draft.Held)
            {
                return MemberDecision.Refuse(
                    Refusal.Invalid("points", $"would raise the balance above {Grant.MaxBalance}")
                );
            }
            var expiresAt = context.DefaultExpiry(draft.Now);
            if (draft.Lots.NeedsPagedLotsToAdd(expiresAt))
            {
                return MemberDecision.WithoutPages;
            }
            var number = draft.Lots.Add(
                new(draft.NextSequence, points, expiresAt, LotBook.SourceOf(Source))
            );
            lots = [new(number, points, Instants.OrNever(expiresAt))];
        }
        else
        {
            if (-points > draft.Available)
            {
                return MemberDecision.InsufficientPoints(-points, draft.Available);
            }
            if (draft.Lots.Draw(-points) is not { } drawn)
            {
                return MemberDecision.WithoutPages;
            }
            lots = drawn;
        }
        draft.Post(
            new()
            {
                Type = EntryType.Adjustment,
                Account = EntryAccount.Available,
                Points = points,
                Contra = Contra,
                Lots = lots,
                CauseKind = "adjustment",
                CauseId = cause,
                Reason = reason,
            }
        );
        return draft.Close();
    }
}
