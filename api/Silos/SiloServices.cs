using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using PointsMall.Api.Dashboard;
using PointsMall.Api.Telemetry;

namespace PointsMall.Api.Silos;

/// <summary>Settings <c>Silo:*</c>: which silos this API talks to.</summary>
internal sealed class SiloOptions
{
    public const string Section = "Silo";

    /// <summary>The cluster's id, the silos' own.</summary>
    public string ClusterId { get; set; } = "mall";
}

/// <summary>The Orleans client: finds the silos through the database and calls their grains.</summary>
internal static class SiloServices
{
    /// <summary>Part of every grain's key in storage; never to be changed.</summary>
    private const string ServiceId = "points-mall";

    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    public static void AddSilos(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services
            .AddOptions<SiloOptions>()
            .BindConfiguration(SiloOptions.Section)
            .Validate(options => options.ClusterId.Length > 0, "Silo:ClusterId must not be empty.")
            .ValidateOnStart();
        services.AddOptions<CallOptions>().BindConfiguration(CallOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CallOptions>, CallOptionsValidator>();

        var before = services.Count;
        services.AddOrleansClient(client =>
        {
            client
                .UseAdoNetClustering(clustering =>
                    clustering.Configure<IConfiguration>(UseDatabase)
                )
                .UseConnectionRetryFilter<ConnectForEver>();
            if (MetricsAndTraces.AreTracesTaken(builder.Configuration))
            {
                client.AddActivityPropagation(); // a filter around every call
            }
            if (DashboardEndpoints.IsOn(builder.Configuration))
            {
                client.AddDashboardPages();
            }
        });
        ConnectInBackground(services, before);
        services
            .AddOptions<ClusterOptions>()
            .Configure<IOptions<SiloOptions>>(
                (cluster, silo) =>
                {
                    cluster.ClusterId = silo.Value.ClusterId;
                    cluster.ServiceId = ServiceId;
                }
            );
        services.Configure<ClientMessagingOptions>(messaging =>
            messaging.ResponseTimeout = ResponseTimeout
        );
        // A gateway that was declared dead while its connection is still open (a frozen process) is left at the next look; by default
        // that is once a minute, and calls by way of it wait until then. New silos are used as soon.
        services.Configure<GatewayOptions>(gateways =>
            gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2)
        );
        services.AddSingleton<GrainCalls>();
        services.AddSingleton<ProgrammeWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ProgrammeWatch>());
    }

    /// <summary>Two connections of its own: a crowd of readers must not keep the client from seeing that a silo is gone.</summary>
    private static void UseDatabase(
        AdoNetClusteringClientOptions clustering,
        IConfiguration configuration
    )
    {
        clustering.Invariant = "Npgsql";
        clustering.DataSource = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(Database.ConnectionString(configuration))
            {
                SearchPath = "orleans",
                MaxPoolSize = 2,
                ApplicationName = "mall-api/gateways",
            }
        );
    }

    /// <summary>Replaces the service that would keep the host from starting until a silo is there.</summary>
    private static void ConnectInBackground(IServiceCollection services, int before)
    {
        var client = services
            .Skip(before)
            .Single(service => service.ServiceType == typeof(IHostedService));
        services.Remove(client);
        services.AddSingleton(provider => new SiloClient(
            (IHostedService)client.ImplementationFactory!(provider)
        ));
        services.AddSingleton<SiloConnection>();
        services.AddHostedService(provider => provider.GetRequiredService<SiloConnection>());
    }
}
