using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PointsMall.Api;
using PointsMall.Silo;

namespace PointsMall.Tests.Deploy;

/// <summary>How long each host may take to end in order, as its code says; whoever stops it must wait longer.</summary>
internal static class ShutdownTimes
{
    private const string Nowhere = "Host=127.0.0.1;Port=1";

    public static TimeSpan Of(string host) => host == "silo" ? Silo() : Api();

    /// <summary>How long an API that was told to stop goes on serving.</summary>
    public static TimeSpan LeaveTime => new EdgeOptions().LeaveTime;

    private static TimeSpan Silo()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:mall", Nowhere)]);
        SiloHost.AddSilo(builder);
        return Limit(builder.Build());
    }

    private static TimeSpan Api() =>
        Limit(
            ApiHost.Create(
                [],
                [new("ConnectionStrings:mall", Nowhere), new("Auth:PublicKeyFile", "none")]
            )
        );

    // Not disposed: a silo that was never started has nothing to stop, and says so with an exception.
    private static TimeSpan Limit(WebApplication app) =>
        app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
}
