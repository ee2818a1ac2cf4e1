namespace PointsMall.Tests.Cli;

/// <summary>A mall of two silos that has sold and refused a little, and the Prometheus that watched it.</summary>
public sealed class WatchedMall : IAsyncLifetime
{
    /// <summary>Between two members.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly DataFolder _folder = new();
    private RunningMall? _mall;
    private Prometheus? _prometheus;
    private string? _missing;
    private readonly CancellationTokenSource _stop = new();
    private Task _load = Task.CompletedTask;

    /// <summary>Skips the test where there is none.</summary>
    internal Prometheus Prometheus
    {
        get
        {
            Assert.SkipWhen(_missing is not null, _missing ?? "");
            return _prometheus!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _missing = await Cli.Prometheus.WhyNot();
        if (_missing is not null)
        {
            return;
        }
        _mall = await RunningMall.Start(_folder.FullName, "--silos", "2", "--metrics");
        _prometheus = await Cli.Prometheus.Start(_folder.FullName);
        // Counters must have been seen before they count: an increase has two ends.
        await RunningMall.Until(
            async () => (await _prometheus.Query("count_over_time(up[1m]) > 1")).Count == 3,
            () => "two scrapes of the API and both silos"
        );
        _load = Load(_mall, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _load;
        _stop.Dispose();
        if (_prometheus is not null)
        {
            await _prometheus.DisposeAsync();
        }
        if (_mall is not null)
        {
            await _mall.DisposeAsync();
        }
        _folder.Dispose();
    }

    /// <summary>
    /// As long as the tests look, because what they look at are rates: one member after another gets points, redeems, asks again under the same
    /// key, and asks for more than there are points for; and somebody joins.
    /// </summary>
    private static async Task Load(RunningMall mall, CancellationToken stopped)
    {
        var sku = await mall.Query("select sku_id from sku where code = 'MUG-WHITE'");
        var members = (
            await mall.Query(
                "select member_id from member where external_id like 'demo-0%' order by external_id limit 8"
            )
        ).Split('\n');
        var tokens = (await mall.Token(["member", .. members])).Split('\n');
        var staff = await mall.Token("staff");
        using var pace = new PeriodicTimer(Pace);
        for (
            var round = 0;
            !stopped.IsCancellationRequested
                && await pace.WaitForNextTickAsync(CancellationToken.None);
            round++
        )
        {
            var (member, token) = (members[round % 8], tokens[round % 8]);
            // Whose first grant loads an account.
            var newcomer = await mall.Post(
                "/v1/members",
                staff,
                $"member-{round}",
                """{ "displayName": "Newcomer" }"""
            );
            foreach (var id in (string[])[member, $"{newcomer.GetProperty("memberId")}"])
            {
                await Grant(mall, staff, id, $"grant-{round}");
            }
            foreach (var quantity in (int[])[1, 1, 400])
            {
                using var answer = await mall.TryPost(
                    "/v1/me/redemptions",
                    token,
                    $"{round}-{quantity}",
                    $$"""{ "items": [ { "skuId": "{{sku}}", "quantity": {{quantity}} } ] }"""
                );
            }
        }
    }

    private static async Task Grant(RunningMall mall, string staff, string member, string key) =>
        await mall.Post(
            $"/v1/members/{member}/points/grants",
            staff,
            key,
            """{ "points": 1200, "reason": "Load" }"""
        );
}
