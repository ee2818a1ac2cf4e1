using Microsoft.Extensions.Logging.Abstractions;
using PointsMall.GrainInterfaces;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Members;
using PointsMall.Tests.Cluster.Commits;
using PointsMall.Tests.Cluster.Members;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Takeover;

/// <summary>Accounts are taken over in batches, and a taken account is lost to whoever had it.</summary>
public sealed class AccountLoaderTests(PostgresFixture postgres)
{
    /// <summary>A server of its own: its transaction ids count the statements that wrote.</summary>
    [Fact]
    public async Task A_thousand_activations_at_once_are_a_few_statements()
    {
        using var own = new PostgresFixture();
        await using var mall = await CommitterHarness.Start(own);
        var members = await mall.Members(1_000);
        using var loader = Loader(mall);
        var before = await Transactions(mall);

        var taken = await Task.WhenAll(members.Select(member => loader.Take(member.MemberId)));

        // Its own count takes an id too. 200 accounts a statement, and the first statements find few.
        Assert.InRange(await Transactions(mall) - before, 6, 30);
        Assert.All(
            members.Zip(taken),
            pair => Assert.Equal(pair.First.Version + 1, pair.Second!.Version)
        );
    }

    [Fact]
    public async Task A_locked_account_is_waited_for_alone_and_not_for_ever()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var members = await mall.Members(50);
        using var loader = Loader(mall);
        Task<Account?> locked;
        await using (
            var connection = await mall.Owner.OpenConnectionAsync(
                TestContext.Current.CancellationToken
            )
        )
        await using (await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var locking = connection.CreateCommand();
            locking.CommandText = "select 1 from member_account where member_id = $1 for update";
            locking.Parameters.Add(new() { Value = members[0].MemberId });
            await locking.ExecuteScalarAsync(TestContext.Current.CancellationToken);

            locked = loader.Take(members[0].MemberId);
            var others = await Task.WhenAll(
                members.Skip(1).Select(member => loader.Take(member.MemberId))
            );

            Assert.All(others, Assert.NotNull);
            Assert.False(locked.IsCompleted);
            await Assert.ThrowsAsync<TimeoutException>(() => locked);
            locked = loader.Take(members[0].MemberId);
        }
        Assert.Equal(members[0].Version + 1, (await locked)!.Version);
    }

    /// <summary>Whichever comes first: the taken account holds the unit, or the unit is refused.</summary>
    [Fact, Trait("Behaviour", "RED-1")]
    public async Task A_taken_account_holds_what_was_committed_and_nothing_comes_after()
    {
        await using var mall = await CommitterHarness.Start(postgres);
        var members = await mall.Members(300);
        using var loader = Loader(mall);
        var fenced = 0;

        // In rounds, the first of them with a connection to open: either side is first many times.
        foreach (var round in members.Chunk(30))
        {
            await Task.WhenAll(round.Select(Race));
        }

        async Task Race(Account member, int n)
        {
            var unit = mall.Grant(member, 5);
            var early = n % 2 == 0 ? loader.Take(member.MemberId) : null;
            var committing = mall.Commit(unit);
            var taken = (await (early ?? loader.Take(member.MemberId)))!;
            var outcome = await committing;

            var held = member;
            if (outcome.Verdict == CommitVerdict.Committed)
            {
                held = unit.Member!.Decision.Next!;
                Assert.Equal(held.Version + 1, taken.Version);
                Assert.Equal(member.Available + 5, taken.Available);
            }
            else
            {
                Interlocked.Increment(ref fenced);
                Assert.Equal(CommitVerdict.Fenced, outcome.Verdict);
                Assert.Equal(member.Version + 1, taken.Version);
                Assert.Equal(member.Available, taken.Available);
            }
            // What the old activation would send now is too late in any case.
            var late = await mall.Commit(mall.Grant(held, 5));
            Assert.Equal(CommitVerdict.Fenced, late.Verdict);
        }
        Assert.InRange(fenced, 1, members.Count - 1);
    }

    [Fact]
    public async Task An_unknown_member_is_not_found_and_may_be_registered_later()
    {
        await using var mall = await MallHarness.Start(postgres);
        var nobody = MallHarness.NewId();

        Assert.Equal(RefusalCode.MemberNotFound, (await mall.Grant(nobody, 10)).Refusal!.Code);
        Assert.Null(await mall.Member(nobody).GetBalance());

        var somebody = await mall.Register(points: 10);
        Assert.Equal(10, (await mall.Member(somebody).GetBalance())!.Available);
    }

    private static AccountLoader Loader(CommitterHarness mall) =>
        new(mall.Mall, TimeProvider.System, NullLogger<AccountLoader>.Instance);

    private static Task<long> Transactions(CommitterHarness mall) =>
        mall.Scalar<long>("select pg_current_xact_id()::text::bigint");
}
