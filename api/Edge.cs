using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using PointsMall.Api.Silos;
using IPNetwork = System.Net.IPNetwork;

namespace PointsMall.Api;

/// <summary>Settings <c>Edge:*</c>: what stands in front of the API and who may call it from a browser.</summary>
internal sealed class EdgeOptions
{
    public const string Section = "Edge";

    /// <summary>Addresses of proxies, or networks (10.0.0.0/8) of them, whose X-Forwarded-For and -Proto are believed; none unless set.</summary>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>Origins whose pages may call the API from a browser; none unless set.</summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>
    /// How long a process that was told to stop goes on serving while it is not ready: longer than a balancer takes to see it. 0 to 5 minutes.
    /// </summary>
    public TimeSpan LeaveTime { get; set; } = TimeSpan.FromSeconds(5);
}

internal sealed class EdgeOptionsValidator : IValidateOptions<EdgeOptions>
{
    private static readonly TimeSpan LongestLeaveTime = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, EdgeOptions options)
    {
        if (options.LeaveTime < TimeSpan.Zero || options.LeaveTime > LongestLeaveTime)
        {
            return ValidateOptionsResult.Fail("Edge:LeaveTime must be from 00:00:00 to 00:05:00.");
        }
        if (
            options.TrustedProxies.Any(proxy =>
                !IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _)
            )
        )
        {
            return ValidateOptionsResult.Fail(
                "Edge:TrustedProxies must be IP addresses or networks as 10.0.0.0/8."
            );
        }
        return options.Origins.All(IsOrigin)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Edge:Origins must be origins as https://shop.example.");
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.GetLeftPart(UriPartial.Authority) == origin;
}

internal static class Edge
{
    public static void AddEdge(this IServiceCollection services)
    {
        services.AddOptions<EdgeOptions>().BindConfiguration(EdgeOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EdgeOptions>, EdgeOptionsValidator>();
        services.AddCors();
        services
            .AddSingleton<Leaving>()
            .AddHostedService(provider => provider.GetRequiredService<Leaving>());
    }

    public static void UseEdge(this WebApplication app)
    {
        var leaving = app.Services.GetRequiredService<Leaving>();
        app.Use(
            (context, next) =>
            {
                if (leaving.HasBegun)
                {
                    context.Response.Headers.Connection = "close";
                }
                return next(context);
            }
        );
        BelieveProxies(app);
    }

    private static void BelieveProxies(WebApplication app)
    {
        var proxies = Settings(app).TrustedProxies;
        if (proxies.Count == 0)
        {
            return;
        }
        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
        };
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                forwarded.KnownProxies.Add(address);
            }
            else
            {
                // Where proxies come and go, as in a cluster, only their network is known.
                forwarded.KnownIPNetworks.Add(IPNetwork.Parse(proxy));
            }
        }
        app.UseForwardedHeaders(forwarded);
    }

    public static void UseOriginsAllowed(this WebApplication app)
    {
        var origins = Settings(app).Origins;
        if (origins.Count > 0)
        {
            app.UseCors(policy =>
                policy
                    .WithOrigins([.. origins])
                    .WithMethods("GET", "POST", "PUT", "PATCH")
                    .WithHeaders("Authorization", "Content-Type", CommandHeaders.KeyHeader)
                    .WithExposedHeaders("Location", "Retry-After", CommandHeaders.ReplayedHeader)
            );
        }
    }

    private static EdgeOptions Settings(WebApplication app) =>
        app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value;
}
