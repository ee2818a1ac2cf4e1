using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace PointsMall.LoadTests.Peers.Orleans;

/// <summary>
/// Reserves the stock first, so that whoever comes too late costs no write of an account; then debits, remembers the key and makes the order
/// in one write. The operation's id follows from member and key: a retry finds the reservation of an attempt that never got to its end.
/// </summary>
[GrainType("peer.account")]
internal sealed class AccountGrain(
    [PersistentState("account", PeerSilo.Storage)] IPersistentState<AccountState> account,
    TimeProvider clock
) : Grain, IAccountGrain
{
    public Task Open(long points)
    {
        account.State = new AccountState { Points = new AccountPoints(points, points, 0) };
        return account.WriteStateAsync();
    }

    public async Task<RedeemReply> Redeem(RedeemCall call)
    {
        if (account.State.Orders.FirstOrDefault(order => order.Key == call.Key) is { } earlier)
        {
            return earlier.Fingerprint.AsSpan().SequenceEqual(call.Fingerprint)
                ? Made(earlier, replayed: true)
                : RedeemReply.Refused("idempotency_key_reused");
        }
        if (!account.RecordExists)
        {
            return RedeemReply.Refused("member_not_found");
        }
        var operation = OperationOf(call.Key);
        var (lines, refusal) = await Reserve(operation, call.Lines);
        var total = lines.Sum(line => line.Quantity * line.Offer.PointsEach);
        if (refusal is null && account.State.Points.Available < total)
        {
            refusal = "insufficient_points";
        }
        if (refusal is not null)
        {
            await Task.WhenAll(lines.Select(line => Inventory(line.SkuId).Release(operation)));
            return RedeemReply.Refused(refusal);
        }
        var order = new AccountOrder(
            call.Key,
            call.Fingerprint,
            operation,
            clock.GetUtcNow().UtcDateTime,
            total,
            lines
        );
        await Write(account.State.With(order));
        foreach (var line in lines)
        {
            _ = Inventory(line.SkuId).Confirm(operation);
        }
        return Made(order, replayed: false);
    }

    public Task<bool> Has(Guid operation) =>
        Task.FromResult(account.State.Orders.Any(order => order.OrderId == operation));

    public async Task<AccountOrder[]> Orders()
    {
        await account.ReadStateAsync();
        return [.. account.State.Orders];
    }

    /// <summary>What was reserved, up to the first refusal.</summary>
    private async Task<(ImmutableArray<AccountOrderLine> Lines, string? Refusal)> Reserve(
        Guid operation,
        ImmutableArray<CallLine> wanted
    )
    {
        var lines = ImmutableArray.CreateBuilder<AccountOrderLine>(wanted.Length);
        foreach (var (skuId, quantity) in wanted)
        {
            var taken = await Inventory(skuId).Reserve(operation, this.GetPrimaryKey(), quantity);
            if (taken.Refusal is not null)
            {
                return (lines.ToImmutable(), taken.Refusal);
            }
            lines.Add(new AccountOrderLine(skuId, quantity, taken.Offer!));
        }
        return (lines.MoveToImmutable(), null);
    }

    /// <summary>A write whose outcome is not known leaves no state behind that nobody has read from the database.</summary>
    private async Task Write(AccountState next)
    {
        account.State = next;
        try
        {
            await account.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }

    private RedeemReply Made(AccountOrder order, bool replayed) =>
        new()
        {
            Order = order,
            Points = account.State.Points,
            Replayed = replayed,
        };

    private IInventoryGrain Inventory(Guid sku) => GrainFactory.GetGrain<IInventoryGrain>(sku);

    private Guid OperationOf(string key)
    {
        Span<byte> content = stackalloc byte[16 + Encoding.UTF8.GetMaxByteCount(key.Length)];
        this.GetPrimaryKey().TryWriteBytes(content);
        var length = 16 + Encoding.UTF8.GetBytes(key, content[16..]);
        return new Guid(SHA256.HashData(content[..length]).AsSpan(0, 16));
    }
}

/// <summary>Replaced as a whole, never changed: storage may serialise it on another thread.</summary>
[GenerateSerializer, Immutable, Alias("peer.AccountState")]
internal sealed record AccountState
{
    [Id(0)]
    public AccountPoints Points { get; init; }

    /// <summary>Oldest first.</summary>
    [Id(1)]
    public ImmutableArray<AccountOrder> Orders { get; init; } = [];

    public AccountState With(AccountOrder order) =>
        new() { Points = Points.Debit(order.PointsTotal), Orders = Orders.Add(order) };
}
