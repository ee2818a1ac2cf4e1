using System.Collections.Concurrent;
using System.Collections.Immutable;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Members;
using PointsMall.Tests.Cluster.Silos;

namespace PointsMall.Tests.Cluster.Processes;

/// <summary>What one idempotency key came to in the client's eyes.</summary>
/// <param name="MemberId">Who asked.</param>
/// <param name="Key">The key, the same in every attempt.</param>
/// <param name="OrderId">Set when the answer was an order.</param>
/// <param name="Refusal">Set when the answer was a refusal.</param>
/// <param name="Detours">Answers of earlier attempts that left it open: codes of refusals and names of exceptions.</param>
internal sealed record Purchase(
    Guid MemberId,
    string Key,
    Guid? OrderId,
    RefusalCode? Refusal,
    ImmutableArray<string> Detours
);

/// <summary>
/// Members who redeem one unit after another, each as soon as the last is answered. Whoever gets no definite answer asks again under the same
/// key, as a storefront does, half of the time as the same command.
/// </summary>
internal sealed class Shoppers(IGrainFactory grains, Guid skuId, IReadOnlyCollection<Guid> members)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentQueue<Purchase> _history = new();
    private volatile bool _closing;
    private Task _running = Task.CompletedTask;
    private long _sold;

    /// <summary>Orders so far.</summary>
    public long Sold => Interlocked.Read(ref _sold);

    public void Start() => _running = Task.WhenAll(members.Select(Shop));

    /// <summary>Lets everybody finish the key that they are at.</summary>
    public async Task<ImmutableArray<Purchase>> Finish()
    {
        _closing = true;
        await _running;
        return [.. _history];
    }

    /// <summary>Waits until this many more orders were acknowledged.</summary>
    public async Task SellMore(long orders, TimeSpan? within = null)
    {
        var enough = Sold + orders;
        await Support.Eventually.Is(
            () => Task.FromResult(Sold),
            sold => sold >= enough || _running.IsFaulted,
            within ?? TimeSpan.FromSeconds(60)
        );
        if (_running.IsFaulted)
        {
            await _running;
        }
    }

    private async Task Shop(Guid member)
    {
        await Task.Yield();
        while (!_closing)
        {
            _history.Enqueue(await Buy(member));
        }
    }

    private async Task<Purchase> Buy(Guid member)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        var key = Guid.CreateVersion7().ToString();
        var header = Headers.New(key);
        List<string> detours = [];
        while (true)
        {
            try
            {
                var result = await grains
                    .GetGrain<IMemberGrain>(member)
                    .Redeem(new RedeemCommand { Header = header, Items = [new(skuId, 1)] });
                var code = result.Refusal?.Code;
                if (
                    code
                    is not (
                        RefusalCode.NotRun
                        or RefusalCode.Overloaded
                        or RefusalCode.OutcomeUnknown
                    )
                )
                {
                    Interlocked.Add(ref _sold, code is null ? 1 : 0);
                    return new Purchase(member, key, result.Order?.OrderId, code, [.. detours]);
                }
                detours.Add($"{code}");
            }
            catch (Exception exception) when (exception is TimeoutException or OrleansException)
            {
                detours.Add(exception.GetType().Name);
            }
            Assert.True(
                TimeProvider.System.GetElapsedTime(startedAt) < Patience,
                $"No answer to a key after {detours.Count} attempts, the last {detours[^1]}"
            );
            await Task.Delay(Pause);
            var again = Headers.New(key);
            header = detours.Count % 2 == 0 ? again : again with { CommandId = header.CommandId };
        }
    }
}
