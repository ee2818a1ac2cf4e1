using Npgsql;
using NpgsqlTypes;
using Orleans.Configuration;
using Orleans.Transactions;
using PointsMall.LoadTests.Peers.Http;

namespace PointsMall.LoadTests.Peers.Orleans;

/// <summary>The API's side of the two Orleans peers, in a process of its own.</summary>
internal abstract class OrleansPeer(NpgsqlDataSource database) : IPeer
{
    private const int AtOnce = 64;
    private const string Accounts = "account";
    private const string Inventories = "inventory";

    public async Task<Outcome> Redeem(Redemption redemption)
    {
        var reply = await Redeem(
            redemption.MemberId,
            new RedeemCall(
                redemption.Key,
                redemption.Fingerprint(),
                // In one order for everybody: two redemptions of the same two SKUs never wait for each other.
                [
                    .. redemption
                        .Lines.OrderBy(line => line.SkuId)
                        .Select(line => new CallLine(line.SkuId, line.Quantity)),
                ]
            )
        );
        return reply.Refusal is { } refusal
            ? Outcome.Refused(Refusals.Of(refusal))
            : new Outcome
            {
                Replayed = reply.Replayed,
                Order = Of(reply.Order!),
                Balance = new Balance(
                    reply.Points.Available,
                    reply.Points.Earned,
                    reply.Points.Spent
                ),
            };
    }

    public async Task AddMembers(IReadOnlyList<Guid> members, long points)
    {
        await Remember(Accounts, members);
        await ForEach(members, member => Open(member, points));
    }

    public async Task AddSkus(IReadOnlyList<Guid> skus, long pointsEach, long stock)
    {
        await Remember(Inventories, skus);
        var clock = TimeProvider.System;
        await ForEach(
            skus,
            sku =>
                Fill(
                    sku,
                    new Offer(Guid.CreateVersion7(clock.GetUtcNow()), "Load test, One", pointsEach),
                    stock
                )
        );
    }

    public async IAsyncEnumerable<StoredLine> Orders()
    {
        foreach (var some in (await Remembered(Accounts)).Chunk(AtOnce))
        {
            var accounts = await Task.WhenAll(some.Select(OrdersOf));
            for (var i = 0; i < some.Length; i++)
            {
                foreach (var order in accounts[i])
                {
                    foreach (var line in order.Lines)
                    {
                        yield return new StoredLine(
                            some[i],
                            order.Key,
                            order.OrderId,
                            line.SkuId,
                            line.Quantity
                        );
                    }
                }
            }
        }
    }

    public async IAsyncEnumerable<StoredStock> Stock()
    {
        foreach (var sku in await Remembered(Inventories))
        {
            yield return new StoredStock(sku, await LeftOf(sku));
        }
    }

    /// <summary>Adds the Orleans client.</summary>
    /// <returns>A way into the database beside Orleans.</returns>
    protected static NpgsqlDataSource AddClient(WebApplicationBuilder builder)
    {
        var database = builder.Configuration.Required("ConnectionStrings:peer");
        var source = PeerSilo.DataSource(database, connections: 2);
        builder.Services.AddOrleansClient(client =>
            client
                .Configure<ClusterOptions>(cluster =>
                {
                    cluster.ClusterId = PeerSilo.ClusterId;
                    cluster.ServiceId = PeerSilo.ClusterId;
                })
                .UseAdoNetClustering(clustering =>
                {
                    clustering.Invariant = "Npgsql";
                    clustering.DataSource = source;
                })
                .UseTransactions()
        );
        return source;
    }

    protected abstract Task<RedeemReply> Redeem(Guid member, RedeemCall call);

    protected abstract Task Open(Guid member, long points);

    protected abstract Task Fill(Guid sku, Offer offer, long stock);

    protected abstract Task<AccountOrder[]> OrdersOf(Guid member);

    protected abstract Task<long> LeftOf(Guid sku);

    private static Order Of(AccountOrder order) =>
        new(
            order.OrderId,
            new DateTimeOffset(order.CreatedAt, TimeSpan.Zero),
            order.PointsTotal,
            [
                .. order.Lines.Select(line => new OrderLine(
                    line.SkuId,
                    line.Offer.ProductId,
                    line.Offer.Name,
                    line.Quantity,
                    line.Offer.PointsEach
                )),
            ]
        );

    private static Task ForEach(IEnumerable<Guid> ids, Func<Guid, Task> act) =>
        Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (id, _) => await act(id)
        );

    private async Task Remember(string kind, IReadOnlyList<Guid> ids)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var rows = await connection.BeginBinaryImportAsync(
            "copy peer.grain (kind, id) from stdin (format binary)"
        );
        foreach (var id in ids)
        {
            await rows.StartRowAsync();
            await rows.WriteAsync(kind, NpgsqlDbType.Text);
            await rows.WriteAsync(id, NpgsqlDbType.Uuid);
        }
        await rows.CompleteAsync();
    }

    private async Task<IReadOnlyList<Guid>> Remembered(string kind)
    {
        await using var command = database.CreateCommand(
            "select id from peer.grain where kind = $1"
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = kind });
        await using var reader = await command.ExecuteReaderAsync();
        List<Guid> ids = [];
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }
        return ids;
    }
}

/// <summary>Two ordinary grains on the stock storage provider.</summary>
internal sealed class AdoNetPeer(IClusterClient grains, NpgsqlDataSource database)
    : OrleansPeer(database)
{
    public static Task Add(WebApplicationBuilder builder)
    {
        var database = AddClient(builder);
        builder.Services.AddSingleton<IPeer>(services => new AdoNetPeer(
            services.GetRequiredService<IClusterClient>(),
            database
        ));
        return Task.CompletedTask;
    }

    protected override Task<RedeemReply> Redeem(Guid member, RedeemCall call) =>
        grains.GetGrain<IAccountGrain>(member).Redeem(call);

    protected override Task Open(Guid member, long points) =>
        grains.GetGrain<IAccountGrain>(member).Open(points);

    protected override Task Fill(Guid sku, Offer offer, long stock) =>
        grains.GetGrain<IInventoryGrain>(sku).Fill(offer, stock);

    protected override Task<AccountOrder[]> OrdersOf(Guid member) =>
        grains.GetGrain<IAccountGrain>(member).Orders();

    protected override Task<long> LeftOf(Guid sku) => grains.GetGrain<IInventoryGrain>(sku).Left();
}

/// <summary>The same two grains under Orleans' transactions.</summary>
internal sealed class TransactionsPeer(IClusterClient grains, NpgsqlDataSource database)
    : OrleansPeer(database)
{
    /// <summary>A transaction that was aborted did nothing, so it may be tried again at once.</summary>
    private const int Attempts = 5;

    public static Task Add(WebApplicationBuilder builder)
    {
        var database = AddClient(builder);
        builder.Services.AddSingleton<IPeer>(services => new TransactionsPeer(
            services.GetRequiredService<IClusterClient>(),
            database
        ));
        return Task.CompletedTask;
    }

    protected override async Task<RedeemReply> Redeem(Guid member, RedeemCall call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await grains.GetGrain<ITransactionalAccountGrain>(member).Redeem(call);
            }
            catch (OrleansTransactionAbortedException aborted)
                when (aborted.InnerException is RefusedException refused)
            {
                return RedeemReply.Refused(refused.Code);
            }
            catch (OrleansTransactionAbortedException) when (attempt < Attempts)
            {
                await Task.Delay(Random.Shared.Next(1, 10 * attempt));
            }
        }
    }

    protected override Task Open(Guid member, long points) =>
        grains.GetGrain<ITransactionalAccountGrain>(member).Open(points);

    protected override Task Fill(Guid sku, Offer offer, long stock) =>
        grains.GetGrain<ITransactionalInventoryGrain>(sku).Fill(offer, stock);

    protected override Task<AccountOrder[]> OrdersOf(Guid member) =>
        grains.GetGrain<ITransactionalAccountGrain>(member).Orders();

    protected override Task<long> LeftOf(Guid sku) =>
        grains.GetGrain<ITransactionalInventoryGrain>(sku).Left();
}
