using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PointsMall.Tests.Deploy.Settings;

/// <summary>The verb <c>health</c> of both hosts against something that answers, or does not.</summary>
public sealed class HealthCommandTests
{
    [Theory]
    [InlineData(200, 0)]
    [InlineData(503, 1)]
    public async Task It_ends_with_what_the_ready_page_says(int status, int exitCode)
    {
        await using var host = await Answering(status);
        var port = new Uri(host.Urls.Single()).Port.ToString(CultureInfo.InvariantCulture);

        Assert.Equal((exitCode, "yes or no"), await Silo("--Silo:HealthPort", port));
        Assert.Equal(
            (exitCode, "yes or no"),
            await Silo("--Silo:HealthPort", port, "--Silo:HealthAddress", "0.0.0.0")
        );
        foreach (var listening in (string[])["127.0.0.1", "0.0.0.0", "*"])
        {
            Assert.Equal(
                (exitCode, "yes or no"),
                await Api("--Urls", $"https://*:1;http://{listening}:{port}")
            );
        }
    }

    [Fact]
    public async Task It_ends_with_1_when_nobody_answers()
    {
        var port = FreePorts.Take(1)[0].ToString(CultureInfo.InvariantCulture);

        var silo = await Silo("--Silo:HealthPort", port);
        var api = await Api("--Urls", $"http://0.0.0.0:{port}");

        Assert.Equal(1, silo.ExitCode);
        Assert.StartsWith("the silo does not answer: ", silo.Said, StringComparison.Ordinal);
        Assert.Equal(1, api.ExitCode);
        Assert.StartsWith("the API does not answer: ", api.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_api_without_an_http_address_can_not_be_asked() =>
        Assert.Equal(64, (await Api("--Urls", "https://*:8443")).ExitCode);

    private static async Task<(int ExitCode, string Said)> Silo(params string[] args)
    {
        await using var said = new StringWriter(CultureInfo.InvariantCulture);
        return (await PointsMall.Silo.HealthCommand.Run(args, said), said.ToString().Trim());
    }

    private static async Task<(int ExitCode, string Said)> Api(params string[] args)
    {
        await using var said = new StringWriter(CultureInfo.InvariantCulture);
        return (await PointsMall.Api.Health.HealthCommand.Run(args, said), said.ToString().Trim());
    }

    private static async Task<WebApplication> Answering(int status)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet(
            "/healthz/ready",
            (HttpContext http) =>
            {
                http.Response.StatusCode = status;
                return http.Response.WriteAsync("yes or no");
            }
        );
        await app.StartAsync();
        return app;
    }
}
