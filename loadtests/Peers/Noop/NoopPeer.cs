namespace PointsMall.LoadTests.Peers.Noop;

/// <summary>Answers every redemption at once and keeps nothing: what HTTP, JSON and the token check cost alone.</summary>
internal sealed class NoopPeer(TimeProvider clock) : IPeer
{
    private const long PointsEach = 10;
    private static readonly Guid Product = new("019a0000-0000-7000-8000-000000000001");

    public static Task Add(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IPeer>(new NoopPeer(TimeProvider.System));
        return Task.CompletedTask;
    }

    public Task<Outcome> Redeem(Redemption redemption)
    {
        var now = clock.GetUtcNow();
        var lines = redemption
            .Lines.Select(line => new OrderLine(
                line.SkuId,
                Product,
                "Load test, One",
                line.Quantity,
                PointsEach
            ))
            .ToArray();
        return Task.FromResult(
            new Outcome
            {
                Order = new Order(
                    Guid.CreateVersion7(now),
                    now,
                    lines.Sum(line => line.Quantity * line.PointsEach),
                    lines
                ),
                Balance = new Balance(0, 0, 0),
            }
        );
    }

    public Task AddMembers(IReadOnlyList<Guid> members, long points) => Task.CompletedTask;

    public Task AddSkus(IReadOnlyList<Guid> skus, long pointsEach, long stock) =>
        Task.CompletedTask;

    public IAsyncEnumerable<StoredLine> Orders() => AsyncEnumerable.Empty<StoredLine>();

    public IAsyncEnumerable<StoredStock> Stock() => AsyncEnumerable.Empty<StoredStock>();
}
