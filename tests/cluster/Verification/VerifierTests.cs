using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Database;
using PointsMall.Grains.Verification;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Verification;

/// <summary>Whoever changes a row behind the product's back is found, with the row's name.</summary>
[Trait("Behaviour", "PTS-11")]
public sealed class VerifierTests(PostgresFixture postgres)
{
    /// <summary>What was done, the checks that must see it, and the row that they must name. Ids in braces are those of <see cref="Sample"/>.</summary>
    public static TheoryData<string, string, string> Corruptions { get; } =
        new()
        {
            // An event that came to something else, or is gone.
            {
                "update mall.earning_event set outcome = jsonb_set(outcome, '{awards,0,points}', '11') where member_id = '{shopper}' and event_id = 'paid'",
                "earnings",
                "event staff:till paid"
            },
            {
                "update mall.earning_event set outcome = jsonb_set(outcome, '{reversals,0,shortfall}', '1') where member_id = '{shopper}' and event_id = 'refunded'",
                "earnings",
                "event staff:till refunded"
            },
            {
                "delete from mall.earning_event where event_id = 'paid'",
                "earnings",
                "event of commit {paid}"
            },
            // A purchase that gave back more than it earned.
            {
                "update mall.purchase set state = jsonb_set(state, '{awards,0,lines,0,reversed}', '11')",
                "earnings",
                "purchase staff:till order"
            },
            // An edited entry.
            {
                "update mall.ledger_entry set actor = 'system' where member_id = '{member}' and sequence = 2",
                "chain",
                "entry {member} 2"
            },
            {
                "update mall.ledger_entry set type = 'gift' where member_id = '{member}' and sequence = 2",
                "chain, balances, lots, spending order",
                "entry {member} 2"
            },
            {
                "update mall.ledger_entry set hash = previous_hash where member_id = '{member}' and sequence = 2",
                "chain",
                "entry {member} 3"
            },
            {
                "update mall.ledger_entry set balance_after = balance_after + 1 where member_id = '{member}' and sequence = 2",
                "chain, balances",
                "entry {member} 2"
            },
            {
                "update mall.ledger_entry set contra = 'expired' where member_id = '{member}' and type = 'deduction'",
                "chain, postings",
                "entry {member} {deduction}"
            },
            {
                "update mall.ledger_entry set occurred_at = '9999-01-01Z' where member_id = '{member}' and type = 'deduction'",
                "chain, spending order",
                "entry {member} {deduction}"
            },
            {
                "update mall.ledger_entry set lots = jsonb_build_array(jsonb_build_array(30, 5, lots -> 0 -> 2)) where member_id = '{member}' and type = 'deduction'",
                "chain, lots, spending order",
                "entry {member} {deduction}"
            },
            {
                "delete from mall.ledger_entry where member_id = '{other}'",
                "chain, texts, balances, lots, holds, commands, orders",
                "member {other}"
            },
            {
                "update mall.ledger_text set reason = 'no thanks' where member_id = '{member}' and sequence = 2",
                "texts",
                "text {member} 2"
            },
            // An edited account.
            {
                "update mall.member_account set lifetime_earned = lifetime_earned + 1 where member_id = '{member}'",
                "balances",
                "member {member} lifetime earned"
            },
            {
                "update mall.member_account set available = available + 1 where member_id = '{member}'",
                "balances, lots",
                "member {member} available less debt"
            },
            {
                "update mall.member_account set pending = pending + 1 where member_id = '{member}'",
                "balances, lots",
                "member {member} pending"
            },
            {
                "update mall.member_account set head_hash = decode(repeat('00', 32), 'hex') where member_id = '{member}'",
                "chain",
                "member {member}"
            },
            {
                "update mall.member_account set due_on = '9999-01-01Z' where member_id = '{member}'",
                "lots",
                "member {member}"
            },
            {
                "update mall.member_account set state = substr(state, 1, length(state) - 1) where member_id = '{member}'",
                "lots",
                "account {member}"
            },
            {
                "update mall.point_lot set remaining = remaining + 1 where member_id = '{member}' and number = 30",
                "lots",
                "lot {member} 30"
            },
            {
                "update mall.point_lot set expires_at = expires_at + interval '1 day' where member_id = '{member}' and number = 30",
                "lots",
                "lot {member} 30"
            },
            {
                "delete from mall.point_lot where member_id = '{member}' and number = 30",
                "lots",
                "lot {member} 30"
            },
            {
                // The count of the one counter is the row's last four bytes.
                "update mall.member_account set state = set_byte(state, length(state) - 1, 7) where member_id = '{other}'",
                "counters",
                "member {other} sku {limited}"
            },
            {
                "delete from mall.member_account where member_id = '{other}'",
                "holds, member rows",
                "entries of {other}"
            },
            {
                "delete from mall.member where member_id = '{member}'",
                "member rows",
                "account {member}"
            },
            // Commands.
            {
                "update mall.member_account set version = version + 1 where member_id = '{member}'",
                "commands",
                "member {member}"
            },
            {
                "update mall.command set last_sequence = last_sequence + 1 where member_id = '{member}' and version = 2",
                "commands",
                "command {member} 3"
            },
            {
                "update mall.command set key = 'another' where member_id = '{other}' and version = 3",
                "keys",
                "member {other}"
            },
            {
                "update mall.command set order_id = '{member}' where order_id = '{order}'",
                "command orders",
                "order {order}"
            },
            // Orders, limits, stock.
            {
                "update mall.redemption_order set points_total = points_total + 1 where order_id = '{order}'",
                "orders",
                "order {order}"
            },
            {
                "update mall.order_line set points_each = points_each + 1 where order_id = '{order}'",
                "orders",
                "order {order}"
            },
            {
                "update mall.redemption_order set status = 'cancelled' where order_id = '{order}'",
                "orders, counters, stock",
                "order {order}"
            },
            {
                "update mall.redemption_order set status = 'created' where order_id = '{cancelled}'",
                "orders, stock",
                "order {cancelled}"
            },
            {
                "delete from mall.order_status_change where order_id = '{cancelled}'",
                "orders",
                "order {cancelled}"
            },
            {
                "update mall.order_line set product_id = order_id where order_id = '{order}'",
                "member rows",
                "line {order} 1"
            },
            {
                "update mall.sku set per_member_limit = 1 where sku_id = '{limited}'",
                "limits",
                "member {other} sku {limited}"
            },
            {
                "update mall.stock set available = available + 1 where sku_id = '{sku}'",
                "stock",
                "sku {sku}"
            },
            {
                "update mall.stock_movement set quantity = quantity + 1 where sku_id = '{sku}'",
                "stock",
                "sku {sku}"
            },
            { "update mall.product set version = version + 1", "catalogue", "product {product}" },
            {
                "update mall.sku set product_id = sku_id where sku_id = '{sku}'",
                "member rows, catalogue",
                "sku {sku}"
            },
            // Holds.
            { "delete from mall.hold where hold_id = '{hold}'", "holds", "hold {hold}" },
            {
                "update mall.hold set captured = captured - 1 where hold_id = '{spent}'",
                "holds",
                "hold {spent}"
            },
            {
                "update mall.hold set lots = jsonb_set(lots, '{0,1}', '29') where hold_id = '{hold}'",
                "holds",
                "hold {hold}"
            },
            {
                "update mall.hold set expires_at = placed_at where hold_id = '{hold}'",
                "holds",
                "hold {hold}"
            },
            {
                "update mall.member_account set held = held - 1 where member_id = '{other}'",
                "balances",
                "member {other} held"
            },
            // The guards themselves.
            {
                "alter table mall.ledger_entry disable trigger ledger_entry_append_only",
                "append-only",
                "table ledger_entry"
            },
            { "drop trigger command_no_truncate on mall.command", "append-only", "table command" },
        };

    [Fact]
    public async Task Books_kept_by_the_rules_hold()
    {
        await using var database = await postgres.CreateScratchDatabase();
        await using var source = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        await new Sample().Books.Write(source);
        await using var silo = new MallDatabase(database.SiloConnectionString, "test");
        using var maker = new CheckpointMaker(
            silo,
            Options.Create(new CheckpointOptions()),
            TimeProvider.System,
            NullLogger<CheckpointMaker>.Instance
        );
        await maker.Make(TestContext.Current.CancellationToken);

        var report = await Verifier.Run(source);

        Assert.True(report.IsClean, report.ToString());
        Assert.Empty(report.Violations);
        Assert.All(report.Checks, result => Assert.NotEqual(0, result.Rows));
    }

    [Fact]
    public async Task An_erased_text_breaks_nothing()
    {
        await using var database = await postgres.CreateScratchDatabase();
        await using var source = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        await new Sample().Books.Write(source);
        await Execute(source, "delete from mall.ledger_text");

        Assert.Empty((await Verifier.Run(source)).Violations);
    }

    [Theory]
    [MemberData(nameof(Corruptions))]
    public async Task A_changed_row_is_found_by_the_checks_that_it_breaks(
        string change,
        string checks,
        string row
    )
    {
        await using var database = await postgres.CreateScratchDatabase();
        await using var source = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        var sample = new Sample();
        await sample.Books.Write(source);
        // What a superuser can do and nobody else: no trigger fires. The pool resets the setting.
        await Execute(source, $"set session_replication_role = replica; {sample.Name(change)}");

        var report = await Verifier.Run(source);

        Assert.Equal(
            checks,
            string.Join(
                ", ",
                report
                    .Checks.Where(result => result.Violations > 0)
                    .Select(result => result.Check.Name)
            )
        );
        Assert.Contains(sample.Name(row), report.Violations.Select(violation => violation.Row));
    }

    [Fact]
    public async Task Commits_during_a_verification_are_no_violation()
    {
        await using var database = await postgres.CreateScratchDatabase();
        await using var source = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        await new Sample().Books.Write(source);
        using var enough = new CancellationTokenSource();
        var traffic = Deliver(source, enough.Token);

        for (var run = 0; run < 20; run++)
        {
            Assert.Empty((await Verifier.Run(source)).Violations);
        }
        await enough.CancelAsync();

        Assert.NotEqual(0, await traffic);
    }

    [Fact]
    public async Task The_command_prints_a_table_and_fails_on_a_violation()
    {
        await using var database = await postgres.CreateScratchDatabase();
        await using var source = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        var sample = new Sample();
        await sample.Books.Write(source);
        using var clean = new StringWriter();
        using var violated = new StringWriter();

        var before = await VerifyCommand.Run(database.OwnerConnectionString, clean);
        await Execute(source, "update mall.stock set available = available + 1");
        var after = await VerifyCommand.Run(database.OwnerConnectionString, violated);

        Assert.Equal(0, before);
        Assert.Contains("all hold", clean.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, after);
        Assert.Contains(sample.Name("sku {sku}: "), violated.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Stock moves in until told to stop, each time both tables in one transaction.</summary>
    private static async Task<int> Deliver(NpgsqlDataSource source, CancellationToken enough)
    {
        var deliveries = 0;
        while (!enough.IsCancellationRequested)
        {
            await Execute(
                source,
                $"""
                update mall.stock set available = available + 1 where sku_id = '{Books.SkuId}';
                insert into mall.stock_movement (movement_id, sku_id, quantity, reason, principal, fingerprint, available_after, at)
                select gen_random_uuid(), sku_id, 1, 'delivery', 'staff:till', '', available, now()
                from mall.stock
                where sku_id = '{Books.SkuId}'
                """
            );
            deliveries++;
        }
        return deliveries;
    }

    private static async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A member with everything, whose lots do not all fit into the account's row, and another who reached a limit.</summary>
    private sealed class Sample
    {
        private readonly Dictionary<string, string> _names;

        public Sample()
        {
            var member = Books.NewMember().Activate();
            for (var lot = 1; lot <= 30; lot++)
            {
                member.Grant(10, expiresInDays: 10 + lot, source: $"source_{lot}");
            }
            member.Grant(50, source: "review", pendingFor: TimeSpan.FromDays(7)).Deduct(5);
            var deduction = member.Account.Sequence;
            var cancelled = member.Redeem(Books.SkuId, quantity: 2, pointsEach: 20);
            member.Redeem(Books.SkuId, quantity: 1, pointsEach: 20);
            member.Activate().Cancel(cancelled).Later(TimeSpan.FromDays(12)).Grant(1);

            var other = Books.NewMember().Activate().Grant(100);
            var order = other.Redeem(Books.LimitedSkuId, quantity: 2, pointsEach: 10);
            var spent = other.Hold(20);
            other.Capture(spent, 15);
            var open = other.Hold(30);
            var shopper = Books.NewMember().Activate();
            shopper
                .Earn(
                    new EarningEvent
                    {
                        EventId = "paid",
                        Type = "purchase_paid",
                        OccurredAt = shopper.CreatedAt,
                        Purchase = new Purchase
                        {
                            OrderId = "order",
                            Currency = "CNY",
                            Lines =
                            [
                                new()
                                {
                                    LineId = "line",
                                    Sku = "sku",
                                    Category = "",
                                    Quantity = 2,
                                    Amount = 1_000,
                                },
                            ],
                        },
                    }
                )
                .Earn(
                    new EarningEvent
                    {
                        EventId = "refunded",
                        Type = "purchase_refunded",
                        OccurredAt = shopper.CreatedAt,
                        OrderId = "order",
                        Refund = new PurchaseRefund
                        {
                            Lines = [new() { LineId = "line", Quantity = 1 }],
                        },
                    }
                );
            _names = new()
            {
                ["{shopper}"] = $"{shopper.MemberId}",
                ["{paid}"] = $"{shopper.Commits[0].Header.CommandId}",
                ["{member}"] = $"{member.MemberId}",
                ["{other}"] = $"{other.MemberId}",
                ["{deduction}"] = $"{deduction}",
                ["{order}"] = $"{order}",
                ["{spent}"] = $"{spent}",
                ["{hold}"] = $"{open}",
                ["{cancelled}"] = $"{cancelled}",
                ["{sku}"] = $"{Books.SkuId}",
                ["{limited}"] = $"{Books.LimitedSkuId}",
                ["{product}"] = $"{Books.ProductId}",
            };
        }

        public Books Books { get; } = new();

        public string Name(string text) =>
            _names.Aggregate(
                text,
                (named, name) => named.Replace(name.Key, name.Value, StringComparison.Ordinal)
            );
    }
}
