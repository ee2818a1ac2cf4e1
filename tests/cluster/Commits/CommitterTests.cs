using PointsMall.Grains.Commits;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Commits;

/// <summary>The committer on its own, against Postgres.</summary>
public sealed class CommitterTests(PostgresFixture postgres)
{
    [Fact, Trait("Behaviour", "RED-1")]
    public async Task A_unit_is_all_there_after_its_answer()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var sku = await mall.Sku(stock: 5);
        var member = (await mall.Members(1)).Single();
        var unit = mall.Redeem(member, sku, quantity: 2);

        var outcome = await mall.Commit(unit);

        Assert.Equal(CommitVerdict.Committed, outcome.Verdict);
        Assert.True(await mall.HasOrder(unit));
        Assert.Equal(
            3L,
            await mall.Scalar<long>("select available from stock where sku_id = $1", sku)
        );
        Assert.Equal(
            2L,
            await mall.Scalar<long>("select redeemed from stock where sku_id = $1", sku)
        );
        Assert.Equal(
            980L,
            await mall.Scalar<long>(
                "select available from member_account where member_id = $1",
                member.MemberId
            )
        );
        Assert.Equal(
            -20L,
            await mall.Scalar<long>(
                "select points from ledger_entry where member_id = $1 and type = 'redemption'",
                member.MemberId
            )
        );
        Assert.Equal(
            1L,
            await mall.Scalar<long>(
                "select count(*) from event where member_id = $1",
                member.MemberId
            )
        );
        var told = Assert.Single(mall.Told, told => told.SkuId == sku);
        Assert.Equal([unit.CommitId], told.Verdicts.Sold);
        Assert.Equal(2, told.Verdicts.SoldUnits);
    }

    [Fact]
    public async Task A_stale_version_is_refused_and_its_neighbours_commit()
    {
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => options.Writers = 1
        );
        var sku = await mall.Sku(stock: 100);
        var members = await mall.Members(40);
        await mall.Execute(
            "update member_account set version = version + 1 where member_id = any($1)",
            members.Take(3).Select(member => member.MemberId).ToArray()
        );
        var units = members.Select(member => mall.Redeem(member, sku)).ToList();

        var outcomes = await Task.WhenAll(units.Select(unit => mall.Commit(unit)));

        Assert.All(
            outcomes.Take(3),
            outcome => Assert.Equal(CommitVerdict.Fenced, outcome.Verdict)
        );
        Assert.All(
            outcomes.Skip(3),
            outcome => Assert.Equal(CommitVerdict.Committed, outcome.Verdict)
        );
        Assert.Equal(
            63L,
            await mall.Scalar<long>("select available from stock where sku_id = $1", sku)
        );
    }

    [Fact, Trait("Behaviour", "PTS-4")]
    public async Task A_key_that_was_used_names_only_its_own_unit()
    {
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => options.Writers = 1
        );
        var members = await mall.Members(10);
        var first = mall.Grant(members[0], 5, key: "k");
        Assert.Equal(CommitVerdict.Committed, (await mall.Commit(first)).Verdict);
        members[0] = first.Member!.Decision.Next!;

        var outcomes = await Task.WhenAll(
            members.Select(member => mall.Commit(mall.Grant(member, 5, key: "k")))
        );

        Assert.Equal(CommitVerdict.KeyUsed, outcomes[0].Verdict);
        Assert.All(
            outcomes.Skip(1),
            outcome => Assert.Equal(CommitVerdict.Committed, outcome.Verdict)
        );
    }

    [Fact]
    public async Task A_batch_may_take_and_give_back_one_sku_hold_one_member_twice_and_name_a_missing_sku()
    {
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => options.Writers = 1
        );
        var sku = await mall.Sku(stock: 1);
        var members = await mall.Members(4);
        var bought = mall.Redeem(members[0], sku);
        Assert.Equal(CommitVerdict.Committed, (await mall.Commit(bought)).Verdict);
        var after = bought.Member!.Decision.Next!;

        // The row is empty: the taking goes through only because the giving back is in the same batch.
        var cancel = mall.Commit(mall.Cancel(after, bought));
        var take = mall.Commit(mall.Redeem(members[1], sku));
        var twiceFirst = mall.Grant(members[2], 1);
        var twice = mall.Commit(twiceFirst);
        var again = mall.Commit(mall.Grant(twiceFirst.Member!.Decision.Next!, 1));
        var missing = mall.Commit(mall.Redeem(members[3], CommitterHarness.NewId()));
        var outcomes = await Task.WhenAll(cancel, take, twice, again, missing);

        Assert.Equal(
            [
                CommitVerdict.Committed,
                CommitVerdict.Committed,
                CommitVerdict.Committed,
                CommitVerdict.Committed,
                CommitVerdict.Rejected,
            ],
            outcomes.Select(outcome => outcome.Verdict)
        );
        Assert.Equal(
            0L,
            await mall.Scalar<long>("select available from stock where sku_id = $1", sku)
        );
        Assert.Equal(
            1L,
            await mall.Scalar<long>("select redeemed from stock where sku_id = $1", sku)
        );
    }

    [Fact, Trait("Behaviour", "MKT-1")]
    public async Task The_row_sells_no_more_than_it_has_whatever_the_gate_let_through()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var sku = await mall.Sku(stock: 10);
        var members = await mall.Members(50);

        var outcomes = await Task.WhenAll(
            members.Select(member => mall.Commit(mall.Redeem(member, sku)))
        );

        Assert.Equal(10, outcomes.Count(outcome => outcome.Verdict == CommitVerdict.Committed));
        Assert.Equal(40, outcomes.Count(outcome => outcome.Verdict == CommitVerdict.StaleClaim));
        Assert.Equal(
            0L,
            await mall.Scalar<long>("select available from stock where sku_id = $1", sku)
        );
    }

    [Fact]
    public async Task A_claim_of_an_earlier_epoch_is_stale()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var sku = await mall.Sku(stock: 10);
        var members = await mall.Members(4);
        await mall.Execute("update stock set epoch = 3 where sku_id = $1", sku);

        var outcomes = await Task.WhenAll(
            mall.Commit(mall.Redeem(members[0], sku, epoch: 2)),
            mall.Commit(mall.Redeem(members[1], sku, epoch: 3)),
            mall.Commit(mall.Redeem(members[2], sku, epoch: 2)),
            mall.Commit(mall.Redeem(members[3], sku, epoch: 3))
        );

        Assert.Equal(
            [
                CommitVerdict.StaleClaim,
                CommitVerdict.Committed,
                CommitVerdict.StaleClaim,
                CommitVerdict.Committed,
            ],
            outcomes.Select(outcome => outcome.Verdict)
        );
    }

    [Fact]
    public async Task Columns_that_the_entries_do_not_lead_to_are_refused_by_name()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var members = await mall.Members(2);
        var good = mall.Grant(members[0], 5);
        var bad = mall.Grant(members[1], 5);
        bad = bad with
        {
            Member = bad.Member! with
            {
                Decision = bad.Member.Decision with
                {
                    Next = bad.Member.Decision.Next! with { Available = 5_000 },
                },
            },
        };

        var outcomes = await Task.WhenAll(mall.Commit(good), mall.Commit(bad));

        Assert.Equal(CommitVerdict.Committed, outcomes[0].Verdict);
        Assert.Equal(CommitVerdict.Rejected, outcomes[1].Verdict);
        Assert.Equal("account books", outcomes[1].Constraint);
    }

    [Fact]
    public async Task An_unnamed_error_is_found_by_halving()
    {
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => options.Writers = 1
        );
        var members = await mall.Members(64);
        await mall.Execute(
            "alter table ledger_entry add constraint no_thirteen check (points <> 13)"
        );

        var outcomes = await Task.WhenAll(
            members.Select((member, index) => mall.Commit(mall.Grant(member, index == 40 ? 13 : 5)))
        );

        Assert.Equal(CommitVerdict.Rejected, outcomes[40].Verdict);
        Assert.Equal("no_thirteen", outcomes[40].Constraint);
        Assert.Equal(63, outcomes.Count(outcome => outcome.Verdict == CommitVerdict.Committed));
    }

    [Theory]
    [InlineData("nonsense", "no-id")]
    [InlineData("account", "no-id fenced")]
    [InlineData("account", "")]
    [InlineData("key", "0190a000-0000-7000-8000-000000000000")]
    public async Task A_refusal_that_names_nobody_is_found_by_halving(string what, string missed)
    {
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => options.Writers = 1
        );
        var members = await mall.Members(8);
        var stale = members[3];
        await mall.Commit(mall.Grant(stale, 1));
        await mall.Execute(
            $"""
            create or replace function mall.refuse(what text, missed text) returns bigint language plpgsql as
            $refuse$ begin raise exception using errcode = 'PM001', message = '{what}', detail = '{missed}'; end $refuse$
            """
        );

        var outcomes = await Task.WhenAll(
            members.Select(member => mall.Commit(mall.Grant(member, 5)))
        );

        Assert.Equal(CommitVerdict.Rejected, outcomes[3].Verdict);
        Assert.Equal(7, outcomes.Count(outcome => outcome.Verdict == CommitVerdict.Committed));
    }

    [Fact]
    public async Task A_deadline_counts_in_the_databases_time()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var member = (await mall.Members(1)).Single();
        var late = mall.Grant(member, 5) with
        {
            Deadline = TimeProvider.System.GetUtcNow().AddMilliseconds(-1),
        };

        Assert.Equal(CommitVerdict.Expired, (await mall.Commit(late)).Verdict);
        Assert.Equal(
            member.Version,
            await mall.Scalar<long>(
                "select version from member_account where member_id = $1",
                member.MemberId
            )
        );
    }

    [Fact]
    public async Task A_locked_account_costs_only_its_own_unit()
    {
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => options.Writers = 1
        );
        var members = await mall.Members(5);
        await using var connection = await mall.Owner.OpenConnectionAsync(
            TestContext.Current.CancellationToken
        );
        await using var holder = await connection.BeginTransactionAsync(
            TestContext.Current.CancellationToken
        );
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = "select from member_account where member_id = $1 for update";
            hold.Parameters.Add(new() { Value = members[0].MemberId });
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var blocked = mall.Commit(mall.Grant(members[0], 5));
        var others = await Task.WhenAll(
            members.Skip(1).Select(member => mall.Commit(mall.Grant(member, 5)))
        );

        Assert.All(others, outcome => Assert.Equal(CommitVerdict.Committed, outcome.Verdict));
        Assert.False(blocked.IsCompleted);
        await holder.RollbackAsync(TestContext.Current.CancellationToken);
        Assert.Equal(CommitVerdict.Committed, (await blocked).Verdict);
    }

    [Fact]
    public async Task A_commit_that_fails_at_its_very_end_is_no_commit()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var members = await mall.Members(3);
        // Runs at COMMIT, after every row and result was sent.
        await mall.Execute(
            """
            create function refuse_at_commit() returns trigger language plpgsql as $$
            begin
                raise exception 'late' using errcode = '23514', constraint = 'late';
            end $$;
            create constraint trigger late after insert on ledger_entry deferrable initially deferred
                for each row when (new.points = 13) execute function refuse_at_commit();
            """
        );

        var outcomes = await Task.WhenAll(
            mall.Commit(mall.Grant(members[0], 5)),
            mall.Commit(mall.Grant(members[1], 13)),
            mall.Commit(mall.Grant(members[2], 5))
        );

        Assert.Equal(
            [CommitVerdict.Committed, CommitVerdict.Rejected, CommitVerdict.Committed],
            outcomes.Select(outcome => outcome.Verdict)
        );
        Assert.Equal(
            0L,
            await mall.Scalar<long>("select count(*) from ledger_entry where points = 13")
        );
    }

    [Fact]
    public async Task The_queue_refuses_beyond_its_bound_and_a_slot_given_back_can_be_had_again()
    {
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => (options.MinLaneUnits, options.MaxLaneUnits) = (8, 8)
        );
        var slots = Enumerable
            .Range(0, 8)
            .Select(_ => mall.Committer.TryReserve(GrainInterfaces.CommitLane.Interactive))
            .ToList();

        Assert.All(slots, Assert.NotNull);
        Assert.Null(mall.Committer.TryReserve(GrainInterfaces.CommitLane.Interactive));
        using (var bulk = mall.Committer.TryReserve(GrainInterfaces.CommitLane.Bulk))
        {
            Assert.NotNull(bulk);
        }
        slots[0]!.Dispose();
        slots[0]!.Dispose();
        Assert.NotNull(mall.Committer.TryReserve(GrainInterfaces.CommitLane.Interactive));
        Assert.Null(mall.Committer.TryReserve(GrainInterfaces.CommitLane.Interactive));
    }

    [Fact]
    public async Task A_stop_commits_what_is_queued_and_takes_nothing_more()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var members = await mall.Members(300);
        var committing = members.Select(member => mall.Commit(mall.Grant(member, 5))).ToList();

        await mall.Committer.Stop();

        Assert.All(
            await Task.WhenAll(committing),
            outcome => Assert.Equal(CommitVerdict.Committed, outcome.Verdict)
        );
        Assert.Null(mall.Committer.TryReserve(GrainInterfaces.CommitLane.Interactive));
    }
}
