using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>An API that was told to stop serves on until balancers have seen that it is not ready.</summary>
public sealed class LeavingTests(Mall mall)
{
    [Fact]
    [Trait("Behaviour", "OPS-3")]
    public async Task An_API_that_leaves_is_not_ready_and_serves_on_and_closes_its_connections()
    {
        await using var api = await mall.StartApi(("Edge:LeaveTime", "00:05:00"));
        using var waitsNoMore = new CancellationTokenSource();
        var stopping = api.Stop(waitsNoMore.Token);

        var ready = await Answer.To(api.Client, HttpMethod.Get, "/healthz/ready");
        var products = await api.Client.GetAsync(
            new Uri("/v1/products", UriKind.Relative),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(503, ready.Status);
        Assert.Equal(200, (int)products.StatusCode);
        Assert.True(products.Headers.ConnectionClose);
        Assert.False(stopping.IsCompleted);
        await waitsNoMore.CancelAsync();
        await stopping;
    }
}
