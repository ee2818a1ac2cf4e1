using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Members;
using PointsMall.GrainInterfaces.Programme;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Database;
using PointsMall.Grains.Members;
using PointsMall.Grains.Orders;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Commits;

/// <summary>A committer on its own against real Postgres: units are made by the real rules, gates only listen.</summary>
internal sealed class CommitterHarness : IAsyncDisposable
{
    private static readonly Grains.Programme.Calendar Calendar = new(
        DateTimeZoneProviders.Tzdb["Asia/Shanghai"]
    );
    private readonly List<Committer> _committers = [];
    private readonly List<MallDatabase> _databases = [];

    private CommitterHarness(PostgresDatabase database)
    {
        Database = database;
        Owner = NpgsqlDataSource.Create(database.OwnerConnectionString + ";Search Path=mall");
    }

    public PostgresDatabase Database { get; }

    /// <summary>The owner's view, for set-up and checks.</summary>
    public NpgsqlDataSource Owner { get; }

    public ConcurrentQueue<(Guid SkuId, ClaimVerdicts Verdicts)> Told { get; } = new();

    public Committer Committer => _committers[0];

    public MallDatabase Mall => _databases[0];

    public static async Task<CommitterHarness> Start(
        PostgresFixture postgres,
        Action<CommitterOptions>? configure = null,
        string? connectionString = null
    )
    {
        var harness = new CommitterHarness(await postgres.CreateDatabase());
        await harness.StartAnother(configure, connectionString);
        return harness;
    }

    /// <summary>A committer as a silo has it; the connection string may lead through a proxy.</summary>
    public async Task<Committer> StartAnother(
        Action<CommitterOptions>? configure = null,
        string? connectionString = null
    )
    {
        // A test waits for what it asked for, however slow the machine; what is to run out says so itself.
        var options = new CommitterOptions { QueueTime = TimeSpan.FromSeconds(30) };
        configure?.Invoke(options);
        var database = new MallDatabase(
            connectionString ?? Database.SiloConnectionString,
            $"127.0.0.1:1@{_databases.Count + 1}"
        );
        var committer = new Committer(
            database,
            new Listener(this),
            Options.Create(options),
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        _databases.Add(database);
        _committers.Add(committer);
        await committer.Start();
        return committer;
    }

    /// <summary>Members with one lot of points each, made by registration and a grant.</summary>
    public async Task<List<Account>> Members(int count, long points = 1_000)
    {
        var registered = await Task.WhenAll(
            Enumerable
                .Range(0, count)
                .Select(async _ =>
                {
                    var account = Accounts.Empty(NewId(), TimeProvider.System.GetUtcNow());
                    var outcome = await Commit(Registration(account));
                    Assert.Equal(CommitVerdict.Committed, outcome.Verdict);
                    return account;
                })
        );
        var granted = await Task.WhenAll(
            registered.Select(async account =>
            {
                var unit = Grant(account, points);
                Assert.Equal(CommitVerdict.Committed, (await Commit(unit)).Verdict);
                return unit.Member!.Decision.Next!;
            })
        );
        return [.. granted];
    }

    /// <summary>A listed SKU of 10 points with stock, written past the committer but for its stock movement.</summary>
    public async Task<Guid> Sku(long stock)
    {
        var (product, sku) = (NewId(), NewId());
        await Execute(
            """
            insert into product values ($1, 1, 'Mug', '', '', 'product', 'home', null, '{}', '{}', '[]', true, null, null, now())
            """,
            product
        );
        await Execute(
            """
            insert into sku (sku_id, product_id, position, code, name, translations, points, created_at)
            values ($2, $1, 1, 'mug', 'Mug', '[]', 10, now())
            """,
            product,
            sku
        );
        await Execute("insert into stock (sku_id, available) values ($1, 0)", sku);
        if (stock > 0)
        {
            Assert.Equal(CommitVerdict.Committed, (await Commit(Movement(sku, stock))).Verdict);
        }
        return sku;
    }

    public Task<CommitOutcome> Commit(CommitUnit unit, Committer? committer = null)
    {
        committer ??= Committer;
        var slot = committer.TryReserve(unit.Lane);
        Assert.NotNull(slot);
        return committer.Submit(slot, unit);
    }

    public CommitUnit Redeem(
        Account account,
        Guid sku,
        int quantity = 1,
        long epoch = 1,
        string? key = null
    ) => Redeem(account, [(sku, quantity)], epoch, key);

    public CommitUnit Redeem(
        Account account,
        (Guid Sku, int Quantity)[] items,
        long epoch = 1,
        string? key = null
    )
    {
        var header = Header(key ?? NewId().ToString());
        var command = new RedeemCommand
        {
            Header = header,
            Items = [.. items.Select(item => new RedemptionItem(item.Sku, item.Quantity))],
        };
        var claims = items
            .Select(item => new ClaimTerms
            {
                SkuId = item.Sku,
                ProductId = item.Sku,
                Name = "Mug",
                PointsEach = 10,
                Quantity = item.Quantity,
                Epoch = epoch,
                ClaimedAt = TimeProvider.System.GetUtcNow(),
            })
            .ToImmutableArray();
        return Unit(
            account,
            header,
            "redeem",
            Redemption.Decide(account, command, header.CommandId, claims, Context())
        );
    }

    public CommitUnit Cancel(Account account, CommitUnit redemption)
    {
        var header = Header(NewId().ToString());
        var order = redemption.Member!.Decision.Order!;
        var stored = new StoredOrder(
            OrderViews.Created(order),
            redemption.Member.Decision.Entries.Last().Lots
        );
        var command = new CancelCommand { Header = header, OrderId = order.OrderId };
        return Unit(
            account,
            header,
            "cancel",
            Cancellation.Decide(account, stored, command, Context())
        );
    }

    public CommitUnit Grant(
        Account account,
        long points,
        string? key = null,
        CommitLane lane = CommitLane.Interactive
    )
    {
        var header = Header(key ?? NewId().ToString()) with { Lane = lane };
        var command = new GrantCommand
        {
            Header = header,
            Points = points,
            Reason = "test",
        };
        return Unit(
            account,
            header,
            "grant",
            Grains.Members.Grant.Decide(account, command, Context())
        );
    }

    public CommitUnit Movement(Guid sku, long quantity, long epoch = 0)
    {
        var header = Header(NewId().ToString());
        return new CommitUnit
        {
            CommitId = header.CommandId,
            Lane = CommitLane.Interactive,
            Deadline = header.Deadline,
            At = TimeProvider.System.GetUtcNow(),
            Command = new CommandRow(
                header.Principal,
                header.Key,
                "move_stock",
                header.Fingerprint
            ),
            Movement = new MovementWrite(sku, quantity, "test", epoch),
        };
    }

    public CommitUnit Registration(Account account)
    {
        var header = Header(null);
        return new CommitUnit
        {
            CommitId = header.CommandId,
            Lane = CommitLane.Interactive,
            Deadline = header.Deadline,
            At = account.LastAt,
            Command = new CommandRow(header.Principal, null, "register", header.Fingerprint),
            Registration = new RegistrationWrite(
                account.MemberId,
                null,
                "Test",
                null,
                null,
                account
            ),
        };
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

    public async Task Execute(string sql, params object[] values)
    {
        await using var command = Owner.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<bool> HasOrder(CommitUnit unit) =>
        await Scalar<bool>(
            "select exists (select from redemption_order where order_id = $1)",
            unit.Member!.Decision.Order!.OrderId
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var committer in _committers)
        {
            await committer.Stop();
            committer.Dispose();
        }
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }
        await Owner.DisposeAsync();
        await Database.DisposeAsync();
    }

    public static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    private static CommandHeader Header(string? key) =>
        new()
        {
            CommandId = NewId(),
            Principal = "member",
            Key = key,
            Fingerprint = new byte[32],
            Deadline = TimeProvider.System.GetUtcNow().AddSeconds(5),
            Actor = ActorKind.Member,
        };

    private static DecisionContext Context() =>
        new()
        {
            Clock = TimeProvider.System.GetUtcNow(),
            Settings = new ProgrammeSettings(),
            Calendar = Calendar,
            Salt = [.. new byte[LedgerText.SaltSize]],
        };

    private static CommitUnit Unit(
        Account account,
        CommandHeader header,
        string operation,
        MemberDecision decision
    )
    {
        Assert.Null(decision.Refusal);
        return new CommitUnit
        {
            CommitId = header.CommandId,
            Lane = header.Lane,
            Deadline = header.Deadline,
            At = decision.Next!.LastAt,
            Command = new CommandRow(header.Principal, header.Key, operation, header.Fingerprint),
            Member = new MemberWrite(account, decision),
        };
    }

    private sealed class Listener(CommitterHarness harness) : IGates
    {
        public void Tell(Guid skuId, ClaimVerdicts verdicts) =>
            harness.Told.Enqueue((skuId, verdicts));

        public void Reload(Guid skuId) { }
    }
}
