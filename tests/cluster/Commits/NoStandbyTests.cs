using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Members;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Commits;

/// <summary>A server that must wait for a standby and has none.</summary>
public sealed class NoStandbyTests
{
    /// <summary>
    /// Such a commit is in this server's log and nowhere else, and everybody who asks this server sees it. Were it acknowledged, by the
    /// committer's look-up or by an account that is loaded with it, the loss of this server would lose it.
    /// </summary>
    [Fact, Trait("Behaviour", "RED-1")]
    public async Task Nothing_is_acknowledged_until_a_standby_has_it()
    {
        using var own = new PostgresFixture();
        await using var mall = await CommitterHarness.Start(
            own,
            options => options.CommitTime = TimeSpan.FromMilliseconds(500)
        );
        var member = (await mall.Members(1)).Single();
        using var loader = new AccountLoader(
            mall.Mall,
            TimeProvider.System,
            NullLogger<AccountLoader>.Instance
        );
        await using var superuser = NpgsqlDataSource.Create(
            mall.Database.SuperuserConnectionString
        );
        try
        {
            await WaitForStandby(superuser, "nobody");

            var outcome = await mall.Commit(mall.Grant(member, 13));

            Assert.Equal(CommitVerdict.Unknown, outcome.Verdict);
            await Eventually.Is(
                () => mall.Scalar<long>("select count(*) from ledger_entry where points = 13"),
                there => there == 1
            );
            await Assert.ThrowsAsync<TimeoutException>(() => loader.Take(member.MemberId));
        }
        finally
        {
            await WaitForStandby(superuser, "");
        }

        Assert.Equal(1_013, (await loader.Take(member.MemberId))!.Available);
    }

    /// <summary>Returns when commits do, or don't.</summary>
    private static async Task WaitForStandby(NpgsqlDataSource superuser, string names)
    {
        await using var connection = await superuser.OpenConnectionAsync();
        var warned = false;
        connection.Notice += (_, args) => warned |= args.Notice.InvariantSeverity == "WARNING";
        await Execute($"alter system set synchronous_standby_names = '{names}'");
        await Execute("select pg_reload_conf()");
        do
        {
            warned = false;
            await Execute("select pg_logical_emit_message(true, 'test', 'a commit')");
        } while (warned == (names.Length == 0));

        async Task Execute(string sql)
        {
#pragma warning disable CA2100 // written here
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 1 };
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }
}
