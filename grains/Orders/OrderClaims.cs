using PointsMall.Grains.Members;

namespace PointsMall.Grains.Orders;

/// <summary>Claims on all SKUs of one redemption: all of them, or none is kept.</summary>
internal sealed class OrderClaims(
    IGrainFactory grains,
    MemberRecords records,
    Guid memberId,
    RedeemCommand command
)
{
    private readonly Dictionary<Guid, long> _epochs = [];

    /// <summary>The gates' terms in the items' order, or the first item's refusal.</summary>
    public sealed record Taken(
        Refusal? Refusal,
        ImmutableArray<ClaimTerms> Terms,
        DecisionContext Context
    );

    /// <summary>
    /// Asks every gate at once. A second call follows a commit that found a claim stale: the epochs of the first are not to be answered again.
    /// </summary>
    public async Task<Taken> Take(Account account, DecisionContext context)
    {
        try
        {
            var spendable = Accounts.Spendable(account, context.Pages, context.Clock);
            var answers = await Task.WhenAll(
                command.Items.Select(item => Claim(item, account, context, spendable))
            );
            var refusal = answers
                .Select(answer => answer.Answer.Refusal)
                .FirstOrDefault(reason => reason is not null);
            if (refusal is not null)
            {
                Release();
                return new Taken(refusal, [], context);
            }
            foreach (var (answer, _) in answers)
            {
                _epochs[answer.Terms!.SkuId] = answer.Terms.Epoch;
            }
            return new Taken(
                null,
                [.. answers.Select(answer => answer.Answer.Terms!)],
                context with
                {
                    OtherCounters = context.OtherCounters.AddRange(
                        answers.Select(answer => answer.Counted).OfType<LimitCounter>()
                    ),
                }
            );
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            // A gate that did not answer may hold a claim: it is given back, and forgotten at its deadline should that get lost.
            Release();
            return new Taken(Refusal.Of(RefusalCode.NotRun), [], context);
        }
    }

    /// <summary>Gives every claim back; nobody waits for it.</summary>
    public void Release()
    {
        foreach (var item in command.Items)
        {
            grains.GetInventory(item.SkuId).Release(command.Header.CommandId).Ignore();
        }
    }

    private async Task<(ClaimAnswer Answer, LimitCounter? Counted)> Claim(
        RedemptionItem item,
        Account account,
        DecisionContext context,
        long spendable
    )
    {
        var gate = grains.GetInventory(item.SkuId);
        var request = new ClaimRequest
        {
            CommandId = command.Header.CommandId,
            MemberId = memberId,
            Quantity = item.Quantity,
            SpendablePoints = spendable,
            Redeemed = LimitCounters.Open(account, item.SkuId, context),
            NotBefore = account.LastAt,
            Deadline = command.Header.Deadline,
            StaleEpoch = _epochs.GetValueOrDefault(item.SkuId),
        };
        var answer = await gate.Claim(request);
        if (answer.CountOrders is not { } limit)
        {
            return (answer, null);
        }
        var redeemed = new RedeemedCount(
            limit.Window,
            limit.WindowStart,
            await records.CountOrders(memberId, item.SkuId, limit.WindowStart)
        );
        return (
            await gate.Claim(request with { Redeemed = request.Redeemed.Add(redeemed) }),
            new LimitCounter(item.SkuId, redeemed)
        );
    }
}
