using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Members;
using PointsMall.GrainInterfaces.Orders;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Members;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Members;

/// <summary>A silo with its database, and the commands of members and staff in few words.</summary>
internal sealed class MallHarness : IAsyncDisposable
{
    private MallHarness(PostgresDatabase database, TestSilo silo)
    {
        Database = database;
        Silo = silo;
        Owner = NpgsqlDataSource.Create(database.OwnerConnectionString + ";Search Path=mall");
    }

    public PostgresDatabase Database { get; }
    public TestSilo Silo { get; }
    public NpgsqlDataSource Owner { get; }

    public static async Task<MallHarness> Start(
        PostgresFixture postgres,
        params (string Name, string Value)[] settings
    )
    {
        var database = await postgres.CreateDatabase();
        return new MallHarness(database, await TestSilo.Start(database, settings));
    }

    public IMemberGrain Member(Guid id) => Silo.Grains.GetGrain<IMemberGrain>(id);

    public async Task<Guid> Register(long points = 0)
    {
        var id = NewId();
        var account = Accounts.Empty(id, TimeProvider.System.GetUtcNow());
        var header = Header("staff:test", null);
        var committer = Silo.Services.GetRequiredService<ICommitter>();
        var outcome = await committer.Submit(
            committer.TryReserve(CommitLane.Interactive)!,
            new CommitUnit
            {
                CommitId = header.CommandId,
                Lane = CommitLane.Interactive,
                Deadline = header.Deadline,
                At = account.LastAt,
                Command = new CommandRow(header.Principal, null, "register", header.Fingerprint),
                Registration = new RegistrationWrite(id, null, "Test", null, null, account),
            }
        );
        Assert.Equal(CommitVerdict.Committed, outcome.Verdict);
        if (points > 0)
        {
            Assert.Null((await Grant(id, points)).Refusal);
        }
        return id;
    }

    public Task<Guid[]> RegisterMany(int count, long points) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => Register(points)));

    public Task<EntryResult> Grant(
        Guid member,
        long points,
        string? key = null,
        DateTimeOffset? expiresAt = null,
        DateTimeOffset? pendingUntil = null
    ) =>
        Member(member)
            .Grant(
                new GrantCommand
                {
                    Header = Header("staff:test", key ?? NewId().ToString()),
                    Points = points,
                    Reason = "test",
                    ExpiresAt = expiresAt,
                    PendingUntil = pendingUntil,
                }
            );

    public Task<EntryResult> Deduct(Guid member, long points, string? key = null) =>
        Member(member)
            .Deduct(
                new DeductCommand
                {
                    Header = Header("staff:test", key ?? NewId().ToString()),
                    Points = points,
                    Reason = "test",
                }
            );

    public Task<OrderResult> Redeem(Guid member, Guid sku, int quantity = 1, string? key = null) =>
        Redeem(member, key, (sku, quantity));

    public Task<OrderResult> Redeem(
        Guid member,
        string? key,
        params (Guid Sku, int Quantity)[] items
    ) =>
        Member(member)
            .Redeem(
                new RedeemCommand
                {
                    Header = Header("member", key ?? NewId().ToString()),
                    Items = [.. items.Select(item => new RedemptionItem(item.Sku, item.Quantity))],
                }
            );

    public Task<OrderResult> Cancel(Guid member, Guid order, string? key = null) =>
        Member(member)
            .Cancel(
                new CancelCommand
                {
                    Header = Header("member", key ?? NewId().ToString()),
                    OrderId = order,
                }
            );

    public Task<StockMovementResult> Move(Guid sku, long quantity, string? key = null) =>
        Silo
            .Grains.GetGrain<IInventoryGrain>(sku)
            .Move(
                new StockMovementCommand
                {
                    Header = Header("staff:test", key ?? NewId().ToString()),
                    Quantity = quantity,
                    Reason = "test",
                }
            );

    /// <summary>A listed SKU of 10 points.</summary>
    /// <param name="stock">Units, by a stock movement.</param>
    /// <param name="columns">Further columns of <c>sku</c> in SQL, as <c>per_member_limit = 1</c>.</param>
    public async Task<Guid> Sku(long stock, string columns = "position = 1")
    {
        var (product, sku) = (NewId(), NewId());
        await Execute(
            "insert into product values ($1, 1, 'Mug', '', '', 'product', 'home', null, '{}', '{}', '[]', true, null, null, now())",
            product
        );
        await Execute(
            "insert into sku (sku_id, product_id, position, code, name, translations, points, created_at) values ($2, $1, 1, 'mug', 'Mug', '[]', 10, now())",
            product,
            sku
        );
        await Execute($"update sku set {columns} where sku_id = $1", sku);
        await Execute("insert into stock (sku_id, available) values ($1, 0)", sku);
        if (stock > 0)
        {
            Assert.Null((await Move(sku, stock)).Refusal);
        }
        return sku;
    }

    public async Task<T> Scalar<T>(string sql, params object[] values)
    {
        await using var command = Owner.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public Task<long> Available(Guid sku) =>
        Scalar<long>("select available from stock where sku_id = $1", sku);

    public Task<long> Orders(Guid sku) =>
        Scalar<long>(
            "select count(*) from order_line l join redemption_order o using (order_id) where l.sku_id = $1 and o.status = 'created'",
            sku
        );

    public async Task Execute(string sql, params object[] values)
    {
        await using var command = Owner.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public static CommandHeader Header(string principal, string? key) =>
        new()
        {
            CommandId = NewId(),
            Principal = principal,
            Key = key,
            Fingerprint = new byte[32],
            Deadline = TimeProvider.System.GetUtcNow().AddSeconds(5),
            Actor = principal == "member" ? ActorKind.Member : ActorKind.Staff,
        };

    public async ValueTask DisposeAsync()
    {
        await Silo.DisposeAsync();
        await Owner.DisposeAsync();
        await Database.DisposeAsync();
    }
}
