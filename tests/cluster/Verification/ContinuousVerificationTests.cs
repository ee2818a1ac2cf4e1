using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Catalogue;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Verification;

/// <summary>What is wrong with the books is found soon after it was committed, and nothing is found that is not wrong.</summary>
[Trait("Behaviour", "OPS-2")]
public sealed class ContinuousVerificationTests(OwnPostgresFixture postgres)
    : IClassFixture<OwnPostgresFixture>
{
    [Fact]
    public async Task A_changed_stock_is_found_and_the_sale_is_stopped_on_every_silo_until_it_is_released()
    {
        await using var books = await WatchedBooks.Start(postgres.Server, silos: 2);
        var (product, sku) = await books.AddSku();
        var (_, other) = await books.AddSku();
        var member = await books.Shop.AddMember(points: 10_000);
        Assert.Null((await books.Shop.Redeem(member, sku)).Refusal);
        Assert.Empty(await books.Look());

        await books.Edit($"update stock set available = available + 1 where sku_id = '{sku}'");
        var found = Assert.Single(await books.Look());

        Assert.Equal(("stock", $"sku {sku}", true), (found.Check, found.Row, found.IsNew));
        foreach (var silo in (int[])[0, 1])
        {
            var refused = await books.ShopOf(silo).Redeem(member, sku);
            Assert.Equal(RefusalCode.NotAvailable, refused.Refusal?.Code);
        }
        Assert.Null((await books.Shop.Redeem(member, other)).Refusal);
        Assert.Equal(
            "stock",
            await books.Read<string>("select stopped_by from sku where stopped_at is not null")
        );
        Assert.Equal(
            "stop_sale by system:verification",
            await books.Read<string>(
                $"select operation || ' by ' || principal from catalogue_change where sku_id = '{sku}' order by product_version desc limit 1"
            )
        );
        var status = await books.Status();
        Assert.Equal((1, 1), (status.Violations["stock"], status.StoppedSkus));

        // Released after a look: the finding is still there and does not stop it again.
        Assert.Null((await books.Shop.ResumeSale(product, sku)).Refusal);
        Assert.False(Assert.Single(await books.Look()).IsNew);
        Assert.Null((await books.Shop.Redeem(member, sku)).Refusal);

        await books.Edit($"update stock set available = available - 1 where sku_id = '{sku}'");
        Assert.Empty(await books.Look());
        Assert.Equal(0, (await books.Status()).Violations["stock"]);
    }

    [Fact]
    public async Task A_claim_from_before_the_stop_is_void()
    {
        await using var books = await WatchedBooks.Start(postgres.Server);
        var (_, sku) = await books.AddSku();
        var epoch = await books.Read<long>($"select epoch from stock where sku_id = '{sku}'");

        await books.Edit($"update stock set redeemed = redeemed + 1 where sku_id = '{sku}'");
        Assert.Single(await books.Look());

        Assert.True(
            await books.Read<long>($"select epoch from stock where sku_id = '{sku}'") > epoch
        );
    }

    [Fact]
    public async Task An_edited_entry_of_an_order_is_found_and_stops_the_sale_of_what_was_ordered()
    {
        await using var books = await WatchedBooks.Start(postgres.Server);
        var (_, sku) = await books.AddSku();
        var (_, other) = await books.AddSku();
        var member = await books.Shop.AddMember(points: 10_000);
        Assert.Null((await books.Shop.Redeem(member, sku)).Refusal);
        Assert.Null((await books.Shop.Redeem(member, other)).Refusal);

        await books.Edit(
            $"update ledger_entry set points = points + 1 where member_id = '{member}' and sequence = 2"
        );
        var found = await books.Look();

        Assert.Contains(
            found,
            finding => finding is { Check: "chain", Skus: [var only] } && only == sku
        );
        Assert.Contains(
            found,
            finding => finding is { Check: "orders", Skus: [var only] } && only == sku
        );
        Assert.Contains(found, finding => finding is { Check: "balances", Skus: [] });
        Assert.Equal(
            RefusalCode.NotAvailable,
            (await books.Shop.Redeem(member, sku)).Refusal?.Code
        );
        Assert.Null((await books.Shop.Redeem(member, other)).Refusal);
    }

    [Fact]
    public async Task A_transaction_that_was_open_across_a_look_is_checked_once_it_is_committed()
    {
        await using var books = await WatchedBooks.Start(postgres.Server);
        var (_, sku) = await books.AddSku();
        var late = await books.Shop.AddMember(points: 100);
        var member = await books.Shop.AddMember(points: 100);
        Assert.Empty(await books.Look());
        await using var connection = await books.Rows.OpenConnectionAsync(
            TestContext.Current.CancellationToken
        );
        await using var transaction = await connection.BeginTransactionAsync(
            TestContext.Current.CancellationToken
        );
        await using var commit = new NpgsqlCommand(
            $"""
            set local session_replication_role = replica;
            update ledger_entry set actor = 'system' where member_id = '{late}';
            insert into event (slot, type, member_id, payload, at) values (0, 'test', '{late}', jsonb_build_object(), now())
            """,
            connection
        );
        await commit.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Assert.Null((await books.Shop.Redeem(member, sku)).Refusal);
        Assert.Empty(await books.Look());
        Assert.Empty(await books.Look());
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        Assert.Equal($"entry {late} 1", Assert.Single(await books.Look()).Row);
    }

    [Fact]
    public async Task A_look_takes_so_many_members_and_the_next_goes_on_until_none_is_left()
    {
        await using var books = await WatchedBooks.Start(postgres.Server);
        var last = await books.Shop.AddMember(points: 100);
        await books.LookAtAll();
        for (var i = 0; i < 6; i++)
        {
            await books.Shop.AddMember();
        }
        // A grant writes no event.
        await books.Shop.Grant(last, 100);
        await books.Edit($"update ledger_entry set actor = 'system' where member_id = '{last}'");

        var looks = 0;
        while ((await books.Look(membersPerRun: 2)).Count == 0)
        {
            Assert.True((await books.Status()).Lag > 0);
            Assert.True(++looks < 10, "not found in 10 looks");
        }

        Assert.InRange(looks, 2, 8);
        await books.LookAtAll();
        Assert.Equal(0, await books.Read<long>("select count(*) from silent_commit"));
    }

    [Fact]
    public async Task A_total_that_went_astray_is_taken_anew_and_stops_no_sale()
    {
        await using var books = await WatchedBooks.Start(postgres.Server);
        var (_, sku) = await books.AddSku();
        var member = await books.Shop.AddMember(points: 1_000);
        Assert.Null((await books.Shop.Redeem(member, sku)).Refusal);
        await Total(1);
        await books.Execute("update verification_stock set redeemed = redeemed + 7");
        await Total(1);
        Assert.Null((await books.Shop.Redeem(member, sku)).Refusal);

        // A look may come too early: it takes only what every transaction of the server has left behind.
        Task Total(long redeemed) =>
            Eventually.Is(
                async () =>
                {
                    Assert.Empty(await books.Look());
                    return await books.Read<long>(
                        $"select coalesce(sum(redeemed), 0)::bigint from verification_stock where sku_id = '{sku}'"
                    );
                },
                total => total == redeemed
            );
    }

    [Fact]
    public async Task Nothing_is_found_in_a_busy_mall_whose_books_are_right()
    {
        await using var books = await WatchedBooks.Start(postgres.Server, silos: 2);
        var (product, sku) = await books.AddSku(stock: 1_000_000);
        var (_, other) = await books.AddSku(stock: 1_000_000);
        var members = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(_ => books.Shop.AddMember(points: 1_000_000))
        );
        using var enough = new CancellationTokenSource();
        var busy = members.Select(
            (member, i) =>
                Trade(books.ShopOf(i % 2), member, i % 3 == 0 ? other : sku, enough.Token)
        );
        var trading = Task.WhenAll(busy);

        await using (var session = await books.Session())
        {
            var recent = new RecentRun(session, membersPerRun: 50);
            var full = new FullRun(session);
            for (var run = 0; run < 6; run++)
            {
                Assert.Empty(await recent.Run());
                for (var step = 0; step <= FullRun.ChecksBeforeMembers / 6; step++)
                {
                    Assert.Empty((await full.Step()).Found);
                }
                await books.Shop.ChangeSku(
                    product,
                    sku,
                    new SkuChanges { Points = new(true, 100 + run) }
                );
            }
        }
        await enough.CancelAsync();
        var orders = await trading;

        Assert.True(orders.Sum() > 100, $"{orders.Sum()} orders");
        await books.LookAtAll();
        Assert.Equal(0, await books.Read<long>("select count(*) from verification_finding"));
    }

    [Fact]
    public async Task One_session_verifies_and_when_it_is_ended_the_next_goes_on_behind_its_last_slice()
    {
        await using var books = await WatchedBooks.Start(postgres.Server);
        await books.Shop.AddMember(points: 100);
        var first = await books.Session();
        var full = new FullRun(first);
        for (var step = 0; step < 3; step++)
        {
            Assert.False((await full.Step()).Ended);
        }
        Assert.Null(
            await VerificationSession.TryBegin(
                books.SiloDatabase,
                TestContext.Current.CancellationToken
            )
        );

        await books.Execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
        );
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => full.Step());
        await first.DisposeAsync();

        await using var second = await Eventually.Is(
            () =>
                VerificationSession.TryBegin(
                    books.SiloDatabase,
                    TestContext.Current.CancellationToken
                ),
            session => session is not null
        );
        Assert.Equal(2, await books.Read<int>("select full_checks from verification"));
        var next = new FullRun(second!);
        var steps = 1;
        while (!(await next.Step()).Ended)
        {
            steps++;
        }
        // All but the two that were done, then the members.
        Assert.Equal(FullRun.ChecksBeforeMembers - 2 + 1, steps);
        Assert.False(await next.IsWanted(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task A_full_run_clears_what_it_does_not_find_again_and_catches_up_for_the_looks()
    {
        await using var books = await WatchedBooks.Start(postgres.Server);
        var (_, sku) = await books.AddSku();
        await books.Edit($"update stock set available = available + 1 where sku_id = '{sku}'");
        Assert.Single(await books.Look());
        await books.Edit($"update stock set available = available - 1 where sku_id = '{sku}'");
        var member = await books.Shop.AddMember(points: 100);
        await books.Edit($"update ledger_entry set actor = 'system' where member_id = '{member}'");

        var found = await RunFully(books);

        Assert.Equal($"entry {member} 1", Assert.Single(found).Row);
        var status = await books.Status();
        Assert.Equal((0, 1), (status.Violations["stock"], status.Violations["chain"]));
        await books.LookAtAll();
    }

    /// <summary>Who rewrites an entry with its hash and the account's is found by the head that a checkpoint stated.</summary>
    [Fact]
    [Trait("Behaviour", "PTS-11")]
    public async Task A_full_run_holds_the_ledgers_against_the_last_checkpoint()
    {
        await using var books = await WatchedBooks.Start(postgres.Server);
        var member = await books.Shop.AddMember(points: 100);
        using var maker = new CheckpointMaker(
            books.SiloDatabase,
            Options.Create(new CheckpointOptions()),
            TimeProvider.System,
            NullLogger<CheckpointMaker>.Instance
        );
        await maker.Make(TestContext.Current.CancellationToken);
        Assert.Empty(await RunFully(books));

        await books.Edit(
            $"update ledger_head set hash = sha256(hash) where member_id = '{member}'"
        );
        await books.Edit("update ledger_checkpoint set members = members + 1");
        var found = await RunFully(books);

        Assert.Contains(found, finding => finding.Check == Check.Heads.Name);
        Assert.Contains(found, finding => finding.Check == Check.Checkpoints.Name);
    }

    private static async Task<List<Finding>> RunFully(WatchedBooks books)
    {
        List<Finding> found = [];
        await using var session = await books.Session();
        var full = new FullRun(session);
        for (var ended = false; !ended; )
        {
            (var slice, ended) = await full.Step();
            found.AddRange(slice);
        }
        return found;
    }

    /// <summary>Buys, cancels every third order, and is granted points, until told to stop.</summary>
    private static async Task<int> Trade(Shop shop, Guid member, Guid sku, CancellationToken enough)
    {
        var orders = 0;
        while (!enough.IsCancellationRequested)
        {
            var bought = await shop.Redeem(member, sku);
            if (bought.Refusal is not null)
            {
                continue;
            }
            orders++;
            if (orders % 3 == 0)
            {
                await shop.Cancel(member, bought.Order!.OrderId);
            }
            if (orders % 5 == 0)
            {
                await shop.Grant(member, 50);
            }
        }
        return orders;
    }
}
