using System.Collections.Concurrent;
using PointsMall.Tests.Api.Harness;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api.Replicas;

/// <summary>
/// Reads from a standby: used when it is there and far enough, never shown when it is behind what somebody was told, and nobody notices when
/// it is gone.
/// </summary>
public sealed class ReplicaTests(ReplicaMall replica, ITestOutputHelper output)
    : IClassFixture<ReplicaMall>
{
    [Fact]
    public async Task A_member_and_staff_see_every_write_at_once_by_way_of_any_api()
    {
        var (product, sku) = await replica.First.Product(points: 10, stock: 1_000);
        var members = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => replica.First.Member(1_000))
        );
        var (before, fallbacks) = (replica.FromReplica, replica.Fallbacks);

        await Task.WhenAll(
            members.Select(async member =>
            {
                for (var left = 990; left >= 900; left -= 10)
                {
                    var order = await replica.First.Redeem(member.Token, sku);
                    Assert.Equal(201, order.Status);
                    await Sees(replica.Second, member, left, order.Header("Location")!);
                }
            })
        );

        output.WriteLine(
            $"the standby answered {replica.FromReplica - before} reads, the primary {replica.Fallbacks - fallbacks}"
        );
        // Without traffic the standby is soon as far as the primary.
        await Eventually.Is(
            async () =>
            {
                await Sees(replica.Second, members[0], 900, order: null);
                return replica.FromReplica > before;
            },
            used => used
        );
        Assert.Equal(200, (await replica.Second.Get($"/v1/products/{product}")).Status);
    }

    [Fact]
    public async Task A_standby_that_is_behind_shows_members_and_staff_nothing_old()
    {
        var (_, sku) = await replica.First.Product(points: 10, stock: 1_000);
        var member = await replica.First.Member(1_000);
        await replica.Pause();
        try
        {
            var fallbacks = replica.Fallbacks;
            for (var left = 990; left >= 900; left -= 10)
            {
                var order = await replica.First.Redeem(member.Token, sku);
                Assert.Equal(201, order.Status);
                await Sees(replica.Second, member, left, order.Header("Location")!);
                await Sees(replica.First, member, left, order.Header("Location")!);
            }
            Assert.True(replica.Fallbacks >= fallbacks + 10 * 2 * 6, "The primary answered");

            // Shoppers may see an old page; staff sees what it has just done.
            var (fresh, _) = await replica.First.Product();
            Assert.Equal(404, (await replica.Second.Get($"/v1/products/{fresh}")).Status);
            Assert.Equal(
                200,
                (
                    await replica.Second.Get($"/v1/products/{fresh}", replica.Second.StaffToken)
                ).Status
            );
            // But not for long.
            await Eventually.Is(
                async () => (await replica.Second.Get($"/v1/products/{fresh}")).Status,
                status => status == 200,
                TimeSpan.FromSeconds(30)
            );
        }
        finally
        {
            await replica.Resume();
        }
        await replica.IsUsed();
    }

    [Fact]
    public async Task A_standby_that_dies_under_load_fails_no_request_and_is_used_again_when_it_is_back()
    {
        var (product, _) = await replica.First.Product();
        var member = await replica.First.Member(1_000);
        ConcurrentDictionary<(string Path, int Status), long> answers = new();
        long asked = 0;
        var closing = false;
        string[] paths = ["/v1/me", "/v1/me/ledger", "/v1/products", $"/v1/products/{product}"];
        var readers = Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(async n =>
                {
                    var api = n % 2 == 0 ? replica.First : replica.Second;
                    var path = paths[n / 2 % paths.Length];
                    while (!Volatile.Read(ref closing))
                    {
                        var answer = await api.Get(path, member.Token);
                        answers.AddOrUpdate((path, answer.Status), 1, (_, count) => count + 1);
                        Interlocked.Increment(ref asked);
                    }
                })
        );

        await Answered(200);
        replica.Standby.Kill();
        var fallbacks = replica.Fallbacks;
        await Answered(1_000);
        foreach (var api in (ApiClient[])[replica.First, replica.Second])
        {
            Assert.Equal(200, (await api.Get("/healthz/ready")).Status);
        }
        Assert.True(replica.Fallbacks > fallbacks, "The primary answered");
        replica.Standby.Restart();
        await replica.IsUsed();
        await Answered(200);
        Volatile.Write(ref closing, true);
        await readers;

        Assert.All(answers, answer => Assert.Equal(200, answer.Key.Status));

        Task<long> Answered(long more)
        {
            var enough = Interlocked.Read(ref asked) + more;
            return Eventually.Is(
                () => Task.FromResult(Interlocked.Read(ref asked)),
                count => count >= enough || readers.IsCompleted,
                TimeSpan.FromSeconds(60)
            );
        }
    }

    /// <summary>Balance, ledger and orders as the member and as staff get them.</summary>
    private static async Task Sees(
        ApiClient api,
        (Guid Id, string Token) member,
        long points,
        string? order
    )
    {
        foreach (
            var (path, token) in (IEnumerable<(string, string)>)
                [("/v1/me", member.Token), ($"/v1/members/{member.Id}", api.StaffToken)]
        )
        {
            var whole = await api.Get(path, token);
            Assert.Equal(points, (long?)whole.Body["balance"]!["available"]);
            var entries = Mall.Items(await api.Get($"{path}/ledger?limit=1", token));
            Assert.Equal(points, (long?)entries[0]!["balanceAfter"]);
            var orders = Mall.Items(await api.Get($"{path}/orders?limit=1", token));
            Assert.EndsWith(
                (string)orders[0]!["orderId"]!,
                order ?? (string)orders[0]!["orderId"]!
            );
        }
    }
}
