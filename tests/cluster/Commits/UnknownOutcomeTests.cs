using Npgsql;
using PointsMall.Grains.Commits;
using PointsMall.LoadTests.Faults.Rigs;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Commits;

/// <summary>Whatever happens to a connection, a unit is committed once or refused, and its answer says which.</summary>
public sealed class UnknownOutcomeTests(PostgresFixture postgres)
{
    private const string EndWriters = """
        select count(pg_terminate_backend(pid))
        from pg_stat_activity
        where datname = current_database()
            and application_name like 'mall/%'
            and application_name not like '%/load'
            and application_name not like '%/settle'
        """;

    /// <summary>Backends are ended at random moments of a stream of batches: while waiting, in each statement, at the commit.</summary>
    [Fact, Trait("Behaviour", "RED-1")]
    public async Task Backends_ended_in_any_phase_leave_every_unit_committed_once_or_refused()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var sku = await mall.Sku(stock: 100_000);
        var members = await mall.Members(200);
        using var over = new CancellationTokenSource();
        var ending = EndBackends(mall, over.Token);

        var rounds = await Task.WhenAll(
            members.Select(async member =>
            {
                var account = member;
                List<(CommitUnit Unit, CommitOutcome Outcome)> history = [];
                for (var round = 0; round < 15; round++)
                {
                    var unit = mall.Redeem(account, sku);
                    var outcome = await mall.Commit(unit);
                    history.Add((unit, outcome));
                    if (outcome.Verdict == CommitVerdict.Committed)
                    {
                        account = unit.Member!.Decision.Next!;
                    }
                    else if (outcome.Verdict is CommitVerdict.Unknown or CommitVerdict.Fenced)
                    {
                        break;
                    }
                }
                return history;
            })
        );
        await over.CancelAsync();
        var ended = await ending;

        Assert.True(ended > 10, $"only {ended} backends were ended");
        var history = rounds.SelectMany(round => round).ToList();
        Assert.DoesNotContain(history, row => row.Outcome.Verdict == CommitVerdict.Fenced);
        var sold = 0;
        foreach (var (unit, outcome) in history)
        {
            var there = await mall.HasOrder(unit);
            sold += there ? 1 : 0;
            if (outcome.Verdict != CommitVerdict.Unknown)
            {
                Assert.Equal(outcome.Verdict == CommitVerdict.Committed, there);
            }
        }
        Assert.Equal(
            100_000L - sold,
            await mall.Scalar<long>("select available from stock where sku_id = $1", sku)
        );
        Assert.Equal(
            (long)sold,
            await mall.Scalar<long>("select count(*) from ledger_entry where type = 'redemption'")
        );
        Assert.Equal(
            -10L * sold,
            await mall.Scalar<long>(
                "select coalesce(sum(points), 0)::bigint from ledger_entry where type = 'redemption'"
            )
        );
    }

    /// <summary>
    /// The batch is cut after n bytes, both sockets stay open: its backend would wait for ever, with the locks of the rows that it has
    /// reached. Every place of the batch is cut once, the commit's own byte too.
    /// </summary>
    [Theory, Trait("Behaviour", "RED-1")]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(2_000)]
    [InlineData(4_000)]
    [InlineData(6_000)]
    [InlineData(8_000)]
    [InlineData(10_000)]
    [InlineData(12_000)]
    [InlineData(16_000)]
    [InlineData(24_000)]
    public async Task A_batch_cut_after_n_bytes_hurts_only_its_own_members_and_is_ended(long bytes)
    {
        await using var proxy = new TcpProxy(postgres.Server.Port);
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => options.CommitTime = TimeSpan.FromSeconds(1)
        );
        var sku = await mall.Sku(stock: 1_000);
        var members = await mall.Members(40);
        var through = new NpgsqlConnectionStringBuilder(mall.Database.SiloConnectionString)
        {
            Port = proxy.Port,
        }.ConnectionString;
        var cut = await mall.StartAnother(
            options => (options.Writers, options.CommitTime) = (1, TimeSpan.FromSeconds(1)),
            through
        );
        // Connected and prepared before the cut.
        var warm = mall.Redeem(members[0], sku);
        Assert.Equal(CommitVerdict.Committed, (await mall.Commit(warm, cut)).Verdict);

        proxy.CutAfter(bytes);
        var hurt = members.Skip(1).Take(19).Select(member => mall.Redeem(member, sku)).ToList();
        var hurting = hurt.Select(unit => mall.Commit(unit, cut)).ToList();
        await Until(() => proxy.Cuts > 0);
        var others = await Task.WhenAll(
            members.Skip(20).Select(member => mall.Commit(mall.Grant(member, 5)))
        );
        var outcomes = await Task.WhenAll(hurting);

        Assert.All(others, outcome => Assert.Equal(CommitVerdict.Committed, outcome.Verdict));
        Assert.All(outcomes, outcome => Assert.Equal(CommitVerdict.Committed, outcome.Verdict));
        foreach (var unit in hurt)
        {
            Assert.True(await mall.HasOrder(unit));
        }
        Assert.Equal(
            980L,
            await mall.Scalar<long>("select available from stock where sku_id = $1", sku)
        );
        // The zombie is gone: nobody holds a lock that nobody will release.
        Assert.Equal(
            0L,
            await mall.Scalar<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()"
            )
        );
    }

    [Fact]
    public async Task A_lost_database_is_not_run_or_unknown_and_never_a_false_answer()
    {
        using var own = new PostgresFixture();
        await using var mall = await CommitterHarness.Start(own);
        var sku = await mall.Sku(stock: 10_000);
        var members = await mall.Members(100);
        var first = members.Select(member => mall.Redeem(member, sku)).ToList();
        var committing = first.Select(unit => mall.Commit(unit)).ToList();
        own.Server.Kill();
        var outcomes = await Task.WhenAll(committing);
        own.Server.Restart();
        await Until(async () =>
        {
            try
            {
                return await mall.Scalar<int>("select 1") == 1;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        });

        foreach (var (unit, outcome) in first.Zip(outcomes))
        {
            var there = await mall.HasOrder(unit);
            if (outcome.Verdict == CommitVerdict.Committed)
            {
                Assert.True(there, "acknowledged and lost");
            }
            else if (outcome.Verdict != CommitVerdict.Unknown)
            {
                Assert.False(there, $"{outcome.Verdict}, yet committed");
            }
        }
        // It goes on by itself.
        var again = (await mall.Members(1)).Single();
        Assert.Equal(CommitVerdict.Committed, (await mall.Commit(mall.Grant(again, 1))).Verdict);
    }

    /// <summary>
    /// A server that stops waiting for a standby commits with a warning. Such a commit is looked up behind a barrier before it is answered,
    /// and its connection is not used again.
    /// </summary>
    [Fact]
    public async Task A_commit_with_a_warning_is_looked_up_before_it_is_answered()
    {
        await using var mall = await CommitterHarness.Start(
            postgres,
            options => options.Writers = 1
        );
        var members = await mall.Members(2);
        await mall.Execute(
            """
            create function warn() returns trigger language plpgsql as $$
            begin
                raise warning 'like one of a standby that is not there';
                return null;
            end $$;
            create trigger warns after insert on ledger_entry for each row when (new.points = 13) execute function warn();
            """
        );
        const string Writer =
            "select pid from pg_stat_activity where datname = current_database() and application_name like 'mall/%/1'";
        var before = await mall.Scalar<int>(Writer);

        var outcome = await mall.Commit(mall.Grant(members[0], 13));

        Assert.Equal(CommitVerdict.Committed, outcome.Verdict);
        Assert.Equal(
            1L,
            await mall.Scalar<long>("select count(*) from ledger_entry where points = 13")
        );
        Assert.Equal(
            CommitVerdict.Committed,
            (await mall.Commit(mall.Grant(members[1], 5))).Verdict
        );
        Assert.NotEqual(before, await mall.Scalar<int>(Writer));
    }

    private static async Task<int> EndBackends(CommitterHarness mall, CancellationToken over)
    {
        await using var superuser = NpgsqlDataSource.Create(
            mall.Database.SuperuserConnectionString
        );
        var ended = 0;
        // A different distance each time, so that every phase of a batch is met.
        for (var pause = 1; !over.IsCancellationRequested; pause = 1 + (pause * 7 % 23))
        {
            await using var end = superuser.CreateCommand(EndWriters);
            ended += (int)
                (long)(await end.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
            await Task.WhenAny(Task.Delay(pause, over));
        }
        return ended;
    }

    private static Task<bool> Until(Func<bool> condition) =>
        Until(() => Task.FromResult(condition()));

    private static Task<bool> Until(Func<Task<bool>> condition) =>
        Eventually.Is(condition, isSo => isSo, TimeSpan.FromSeconds(30));
}
