using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Placement;
using PointsMall.Grains.Adjustments;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Earning;
using PointsMall.Grains.Holds;
using PointsMall.Grains.Orders;

namespace PointsMall.Grains.Members;

/// <summary>See <see cref="IMemberGrain"/>. Random placement: members are many and alike, and a rush activates them faster than statistics travel.</summary>
[GrainType("member"), RandomPlacement, Reentrant]
internal sealed class MemberGrain : Grain, IMemberGrain, IDisposable
{
    internal const string RedeemOperation = "redeem";
    private const string CancelOperation = "cancel";
    private const string GrantOperation = "grant";
    private const string DeductOperation = "deduct";
    private const string DueOperation = "due";
    private const string AdjustOperation = "adjust";
    private const string DecideApprovalOperation = "decide_approval";
    private const string EarnOperation = "earn";
    private const string ExtendOperation = "extend";
    private const string SetActiveOperation = "set_active";
    private const string PlaceHoldOperation = "place_hold";
    private const string CaptureHoldOperation = "capture_hold";
    private const string ReleaseHoldOperation = "release_hold";
    private const int MaxBalanceLooks = 100;
    private static readonly TimeSpan BalancePause = TimeSpan.FromMilliseconds(10);

    private readonly MemberRecords _records;
    private readonly ProgrammeSettingsCache _programme;
    private readonly TimeProvider _clock;
    private readonly MemberEarnings _earnings;
    private readonly AccountCommands _commands;
    private readonly Guid _memberId;

    public MemberGrain(
        IGrainContext context,
        AccountLoader loader,
        AccountVersions versions,
        MemberRecords records,
        ICommitter committer,
        ProgrammeSettingsCache programme,
        EarningSources earnings,
        TimeProvider clock,
        ILogger<MemberGrain> logger
    )
    {
        _memberId = context.GrainId.GetGuidKey();
        _earnings = new MemberEarnings(_memberId, earnings);
        _records = records;
        _programme = programme;
        _clock = clock;
        _commands = new AccountCommands(
            _memberId,
            loader,
            versions,
            records,
            committer,
            clock,
            Committed,
            DeactivateOnIdle,
            logger
        );
    }

    public async Task<OrderResult> Redeem(RedeemCommand command)
    {
        var claims = new OrderClaims(GrainFactory, _records, _memberId, command);
        return await OrderAnswer(
            await _commands.Run(
                command.Header,
                RedeemOperation,
                (account, _) => DecideRedemption(account, command, claims)
            )
        );
    }

    public async Task<OrderResult> Cancel(CancelCommand command)
    {
        StoredOrder? stored = null;
        var completion = await _commands.Run(
            command.Header,
            CancelOperation,
            async (account, _) =>
            {
                stored = await _records.OrderWithLots(_memberId, command.OrderId);
                return stored is null
                    ? MemberDecision.Refuse(RefusalCode.OrderNotFound)
                    : await Decide(
                        account,
                        await Context(account, stored.Order.Items.Select(item => item.SkuId)),
                        context => Cancellation.Decide(account, stored, command, context)
                    );
            }
        );
        return await OrderAnswer(completion, stored?.Order);
    }

    public async Task<EntryResult> Grant(GrantCommand command) =>
        await EntryAnswer(
            await RunActive(
                command.Header,
                GrantOperation,
                (account, context) => Members.Grant.Decide(account, command, context)
            ),
            EntryType.Grant
        );

    public async Task<EntryResult> Deduct(DeductCommand command) =>
        await EntryAnswer(
            await Run(
                command.Header,
                DeductOperation,
                (account, context) => Deduction.Decide(account, command, context)
            ),
            EntryType.Deduction
        );

    public async Task<EntryResult> Extend(ExtendCommand command) =>
        await EntryAnswer(
            await Run(
                command.Header,
                ExtendOperation,
                (account, context) => Extension.Decide(account, command, context)
            ),
            EntryType.Extension
        );

    public async Task<EarnResult> Earn(EarnCommand command)
    {
        if (EventRules.Check(command.Event) is { } invalid)
        {
            return new EarnResult { Refusal = invalid };
        }
        var completion = await _commands.Run(
            command.Header,
            EarnOperation,
            async (account, attempt) =>
            {
                if (
                    !EventTypes.FollowsPurchase(command.Event.Type)
                    && MemberStatus.Refuse(account) is { } deactivated
                )
                {
                    return deactivated;
                }
                var context = await Context(account, [], texts: false);
                var known = await _earnings.Know(command, context.Calendar, lookUp: attempt > 0);
                return known is null
                    ? MemberDecision.Refuse(RefusalCode.MemberNotFound)
                    : await Decide(
                        account,
                        context,
                        seen => EventDecision.Decide(account, command, known, seen)
                    );
            }
        );
        return await Answer(
            completion,
            refusal => new EarnResult { Refusal = refusal },
            async () =>
                new EarnResult
                {
                    Outcome = completion.Done is { } done
                        ? done.Earning!.Outcome
                        : await _earnings.Outcome(command),
                    Balance = await BalanceAfter(completion),
                    Replayed = completion.Replayed is not null,
                }
        );
    }

    public async Task<AdjustmentResult> Adjust(AdjustCommand command) =>
        await AdjustmentAnswer(
            await Run(
                command.Header,
                AdjustOperation,
                (account, context) => AdjustmentRules.Request(account, command, context)
            ),
            approval: null
        );

    public async Task<AdjustmentResult> DecideApproval(DecideApprovalCommand command) =>
        await AdjustmentAnswer(
            await Run(
                command.Header,
                DecideApprovalOperation,
                () => _records.Approval(_memberId, command.ApprovalId),
                (account, asked, context) =>
                    AdjustmentRules.Decide(account, asked, command, context)
            ),
            command.ApprovalId
        );

    public async Task<HoldResult> PlaceHold(PlaceHoldCommand command) =>
        await HoldAnswer(
            await RunActive(
                command.Header,
                PlaceHoldOperation,
                (account, context) => HoldRules.Place(account, command, context)
            ),
            replayed: first => first.CommitId
        );

    public async Task<HoldResult> CaptureHold(CaptureHoldCommand command) =>
        await HoldAnswer(
            await Run(
                command.Header,
                CaptureHoldOperation,
                () => _records.Hold(_memberId, command.HoldId),
                (account, stored, context) =>
                    MemberStatus.Refuse(account)
                    ?? HoldRules.Capture(account, stored, command, context)
            ),
            replayed: _ => command.HoldId
        );

    public async Task<HoldResult> ReleaseHold(ReleaseHoldCommand command) =>
        await HoldAnswer(
            await Run(
                command.Header,
                ReleaseHoldOperation,
                () => _records.Hold(_memberId, command.HoldId),
                (account, stored, context) => HoldRules.Release(account, stored, command, context)
            ),
            replayed: _ => command.HoldId
        );

    public async Task<MemberStatusResult> SetActive(SetActiveCommand command)
    {
        var completion = await Run(
            command.Header,
            SetActiveOperation,
            (account, context) => MemberStatus.Decide(account, command, context)
        );
        return await Answer(
            completion,
            refusal => new MemberStatusResult { Refusal = refusal },
            async () =>
                new MemberStatusResult
                {
                    DeactivatedAt = completion.Replayed is { } first
                        ? await _records.DeactivatedAt(_memberId, first.Version)
                        : completion.Done!.Next!.DeactivatedAt,
                    Replayed = completion.Replayed is not null,
                }
        );
    }

    public async Task<bool> ApplyDue(CommandHeader header)
    {
        var completion = await Run(
            header,
            DueOperation,
            (account, context) => Due.Decide(account, header, context)
        );
        return completion.Refusal is null;
    }

    public async Task<Balance?> GetBalance() =>
        await _commands.Read() is { } account ? await BalanceOf(account) : null;

    public void Dispose() => _commands.Dispose();

    private void Committed(MemberDecision decision)
    {
        if (decision.Earning is { } written)
        {
            _earnings.Apply(written);
        }
    }

    private async Task<MemberDecision?> DecideRedemption(
        Account account,
        RedeemCommand command,
        OrderClaims claims
    )
    {
        if (Redemption.Check(command) is { } invalid)
        {
            return MemberDecision.Refuse(invalid);
        }
        if (MemberStatus.Refuse(account) is { } deactivated)
        {
            return deactivated;
        }
        var context = await Context(
            account,
            command.Items.Select(item => item.SkuId),
            texts: false
        );
        if (Accounts.NeedsPages(account, context.Clock))
        {
            context = context with { Pages = await Pages(account) };
        }
        var taken = await claims.Take(account, context);
        if (taken.Refusal is { } refusal)
        {
            return MemberDecision.Refuse(refusal);
        }
        var decision = await Decide(
            account,
            taken.Context,
            known =>
                Redemption.Decide(account, command, command.Header.CommandId, taken.Terms, known)
        );
        if (decision?.Refusal is not null)
        {
            claims.Release();
        }
        return decision;
    }

    /// <summary>A command that is decided on by the account alone.</summary>
    private Task<Completion> Run(
        CommandHeader header,
        string operation,
        Func<Account, DecisionContext, MemberDecision?> decide
    ) =>
        _commands.Run(
            header,
            operation,
            async (account, _) =>
                await Decide(
                    account,
                    await Context(account, []),
                    context => decide(account, context)
                )
        );

    /// <summary>The same for what a deactivated member can't do.</summary>
    private Task<Completion> RunActive(
        CommandHeader header,
        string operation,
        Func<Account, DecisionContext, MemberDecision?> decide
    ) =>
        Run(
            header,
            operation,
            (account, context) => MemberStatus.Refuse(account) ?? decide(account, context)
        );

    /// <summary>A command about a row of the member's, which is read in the command's turn.</summary>
    private Task<Completion> Run<T>(
        CommandHeader header,
        string operation,
        Func<Task<T>> read,
        Func<Account, T, DecisionContext, MemberDecision?> decide
    ) =>
        _commands.Run(
            header,
            operation,
            async (account, _) =>
            {
                var row = await read();
                return await Decide(
                    account,
                    await Context(account, []),
                    context => decide(account, row, context)
                );
            }
        );

    /// <summary>Decides, and once more with what the account's row does not hold if the decision asks for it.</summary>
    private async Task<MemberDecision?> Decide(
        Account account,
        DecisionContext context,
        Func<DecisionContext, MemberDecision?> decide
    )
    {
        var decision = decide(context);
        return decision is { NeedsPages: true }
            ? decide(context with { Pages = await Pages(account) })
            : decision;
    }

    private async Task<DecisionContext> Context(
        Account account,
        IEnumerable<Guid> skus,
        bool texts = true
    )
    {
        var programme = _programme.Current;
        var wanted = skus.ToList();
        return new DecisionContext
        {
            Clock = _clock.GetUtcNow(),
            Settings = programme.Settings,
            Calendar = programme.Calendar,
            Salt = texts ? [.. RandomNumberGenerator.GetBytes(LedgerText.SaltSize)] : [],
            OtherCounters = LimitCounters.NeedsPaged(account, wanted)
                ? await _records.PagedCounters(_memberId, wanted)
                : [],
        };
    }

    /// <summary>
    /// The answer to a command. When it was committed and the answer can't be put together now, the outcome is unknown to the caller: the same
    /// key gets it.
    /// </summary>
    private async Task<T> Answer<T>(
        Completion completion,
        Func<Refusal, T> refused,
        Func<Task<T>> done
    )
    {
        if (completion.Refusal is { } refusal)
        {
            return refused(refusal);
        }
        try
        {
            return await done();
        }
        catch (Exception exception)
            when (exception is NpgsqlException or TimeoutException || _commands.IsGone)
        {
            return refused(Refusal.Of(RefusalCode.OutcomeUnknown));
        }
    }

    private Task<OrderResult> OrderAnswer(Completion completion, Order? before = null) =>
        Answer(
            completion,
            refusal => new OrderResult { Refusal = refusal },
            async () =>
            {
                var order =
                    completion.Replayed is { OrderId: { } orderId }
                        ? (await _records.Order(_memberId, orderId))!
                    : completion.Done is { Order: { } created } ? OrderViews.Created(created)
                    : OrderViews.Changed(before!, completion.Done!.StatusChange!);
                return new OrderResult
                {
                    Order = order,
                    Balance = await BalanceAfter(completion),
                    Replayed = completion.Replayed is not null,
                };
            }
        );

    private Task<EntryResult> EntryAnswer(Completion completion, EntryType type) =>
        Answer(
            completion,
            refusal => new EntryResult { Refusal = refusal },
            async () =>
            {
                var entry = completion.Replayed is { } first
                    ? (
                        await _records.Entries(
                            _memberId,
                            first.FirstSequence!.Value,
                            first.LastSequence!.Value
                        )
                    ).Last(view => view.Type == type)
                    : EntryViews.Of(completion.Done!.Entries.Last(written => written.Type == type));
                return new EntryResult
                {
                    Entry = entry,
                    Balance = await BalanceAfter(completion),
                    Replayed = completion.Replayed is not null,
                };
            }
        );

    /// <param name="completion">What it came to.</param>
    /// <param name="approval">The approval that was decided; null for an adjustment, whose approval has the id of its command.</param>
    private Task<AdjustmentResult> AdjustmentAnswer(Completion completion, Guid? approval) =>
        Answer(
            completion,
            refusal => new AdjustmentResult { Refusal = refusal },
            async () =>
            {
                if (completion.Replayed is not { } first)
                {
                    var entry = completion.Done!.Entries.LastOrDefault(IsAdjustment);
                    return new AdjustmentResult
                    {
                        Entry = entry is null ? null : EntryViews.Of(entry),
                        Approval = completion.Done.Approval,
                        Balance = await BalanceAfter(completion),
                    };
                }
                var entries = first is { FirstSequence: { } from, LastSequence: { } to }
                    ? await _records.Entries(_memberId, from, to)
                    : [];
                return new AdjustmentResult
                {
                    Entry = entries.LastOrDefault(view => view.Type == EntryType.Adjustment),
                    Approval = await _records.Approval(_memberId, approval ?? first.CommitId),
                    Balance = await BalanceAfter(completion),
                    Replayed = true,
                };
            }
        );

    private static bool IsAdjustment(LedgerEntry entry) => entry.Type == EntryType.Adjustment;

    private Task<HoldResult> HoldAnswer(
        Completion completion,
        Func<StoredCommand, Guid> replayed
    ) =>
        Answer(
            completion,
            refusal => new HoldResult { Refusal = refusal },
            async () =>
                new HoldResult
                {
                    Hold = completion.Replayed is { } first
                        ? (await _records.Hold(_memberId, replayed(first)))!.Hold
                        : completion.Done!.Hold,
                    Balance = await BalanceAfter(completion),
                    Replayed = completion.Replayed is not null,
                }
        );

    private async Task<Balance> BalanceAfter(Completion completion) =>
        await BalanceOf(completion.Done?.Next ?? (await _commands.Read())!);

    /// <summary>Inside a turn the database can only be ahead when another activation has moved it on.</summary>
    private async Task<AccountPages> Pages(Account account) =>
        await _records.Pages(account) ?? throw new FencedException();

    /// <summary>Outside a turn a commit may be in the database and not yet here: then the account is awaited that goes with what is read.</summary>
    private async Task<Balance> BalanceOf(Account account)
    {
        var noticeDays = _programme.Current.Settings.ExpiryNoticeDays;
        for (var look = 0; look < MaxBalanceLooks; look++)
        {
            var now = _clock.GetUtcNow();
            if (!Accounts.BalanceNeedsPages(account, now, noticeDays))
            {
                return Accounts.BalanceOf(account, null, now, noticeDays);
            }
            if (await _records.Pages(account) is { } pages)
            {
                return Accounts.BalanceOf(account, pages, now, noticeDays);
            }
            await Task.Delay(BalancePause, _clock);
            account = await _commands.Read() ?? account;
        }
        throw new TimeoutException("The account changes faster than its lots can be read");
    }
}
