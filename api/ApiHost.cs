using Microsoft.Extensions.Options;
using PointsMall.Api.Authentication;
using PointsMall.Api.Catalogue;
using PointsMall.Api.Dashboard;
using PointsMall.Api.Diagnostics;
using PointsMall.Api.Earning;
using PointsMall.Api.Health;
using PointsMall.Api.Ledger;
using PointsMall.Api.Members;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Orders;
using PointsMall.Api.Problems;
using PointsMall.Api.Programme;
using PointsMall.Api.RateLimits;
using PointsMall.Api.Reports;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.Api.Telemetry;
using PointsMall.Api.Verification;

namespace PointsMall.Api;

/// <summary>Puts the API together.</summary>
internal static class ApiHost
{
    /// <summary>For what runs when the server takes no more.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    /// <param name="args">Settings from the command line.</param>
    /// <param name="overrides">Settings that win over all others.</param>
    public static WebApplication Create(
        string[] args,
        IEnumerable<KeyValuePair<string, string?>>? overrides = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Configuration.AddInMemoryCollection(overrides ?? []);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Limits.BodyBytes;
        });
        builder.AddLogs();
        builder.AddMetricsAndTraces();
        AddServices(builder);
        var app = builder.Build();
        UsePipeline(app);
        MapEndpoints(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services
            .AddOptions<HostOptions>()
            .Configure<IOptions<EdgeOptions>>(
                (host, edge) => host.ShutdownTimeout = edge.Value.LeaveTime + ShutdownTimeout
            );
        services.Configure<RouteOptions>(routes =>
            routes.SetParameterPolicy<UuidConstraint>("uuid")
        );
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        builder.AddDatabase();
        services.AddMallAuthentication();
        services
            .AddOptions<RateLimitOptions>()
            .BindConfiguration(RateLimitOptions.Section)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsValidator>();
        services.AddEdge();
        builder.AddSilos();
        if (DashboardEndpoints.IsOn(builder.Configuration))
        {
            services.AddDashboardSession();
        }
        services.AddMallOpenApi();
        services
            .AddSingleton<CommandHeaders>()
            .AddSingleton<BalanceQueries>()
            .AddSingleton<PastBalanceQueries>()
            .AddSingleton<LedgerQueries>()
            .AddSingleton<EntryQueries>()
            .AddSingleton<CheckpointQueries>()
            .AddSingleton<ProofQueries>()
            .AddSingleton<LiabilityQueries>()
            .AddSingleton<OrderQueries>()
            .AddSingleton<HoldQueries>()
            .AddSingleton<ApprovalQueries>()
            .AddSingleton<CatalogueQueries>()
            .AddSingleton<EligibilityQueries>()
            .AddSingleton<StockQueries>()
            .AddSingleton<ProductCommands>()
            .AddSingleton<VerificationQueries>()
            .AddSingleton<Readiness>();
    }

    /// <summary>In this order: what a later step refuses has the headers of an earlier one.</summary>
    private static void UsePipeline(WebApplication app)
    {
        app.UseMetricsPort();
        app.UseEdge();
        app.UseMiddleware<ProblemBoundary>();
        app.UseRouting();
        app.UseOriginsAllowed();
        app.UseAuthentication();
        if (app.Configuration.GetValue("RateLimits:Enabled", defaultValue: true))
        {
            app.UseMiddleware<RateLimiting>();
        }
        app.UseMiddleware<Unrouted>();
        app.UseAuthorization();
    }

    private static void MapEndpoints(WebApplication app)
    {
        var v1 = app.MapGroup("/v1");
        var me = v1.MapGroup("/me").RequireAuthorization(Permissions.Member).WithTags("Member");
        MeEndpoints.Map(me);
        CheckInEndpoints.Map(me);
        EntryEndpoints.MapMine(me);
        LedgerEndpoints.MapMine(me);
        OrderEndpoints.Map(me);
        HoldEndpoints.MapOwn(me);

        var products = v1.MapGroup("/products").WithTags("Catalogue");
        CatalogueEndpoints.Map(products);
        ProductEndpoints.Map(products);
        SkuEndpoints.Map(v1.MapGroup("/skus").WithTags("Catalogue"));

        var members = v1.MapGroup("/members").WithTags("Members");
        MemberStatusEndpoints.Map(members);
        MemberEndpoints.Map(members);
        EntryEndpoints.MapMembers(members);
        PointsEndpoints.Map(members);
        HoldEndpoints.Map(members);
        AdjustmentEndpoints.Map(members);
        ApprovalEndpoints.Map(v1.MapGroup("/approvals").WithTags("Members"));
        BulkGrantEndpoint.Map(v1.MapGroup("/points").WithTags("Members"));

        LedgerEndpoints.Map(v1.MapGroup("/ledger").WithTags("Ledger"));
        ReportEndpoints.Map(v1.MapGroup("/reports").WithTags("Reports"));
        VerificationEndpoints.Map(v1.MapGroup("/verification").WithTags("Verification"));

        var rulebook = v1.MapGroup("/rulebook").WithTags("Rulebook");
        RulebookEndpoints.Map(rulebook);
        RulebookVersionEndpoints.Map(rulebook);
        EventEndpoints.Map(v1.MapGroup("/events").WithTags("Earning"));
        EarningEndpoints.Map(v1.MapGroup("/earnings").WithTags("Earning"));

        ProgrammeEndpoints.Map(v1.MapGroup("/programme").WithTags("Programme"));
        HealthEndpoints.Map(app);
        app.MapMallOpenApi();
        if (app.Configuration.GetValue<bool>(NoopEndpoint.Setting))
        {
            NoopEndpoint.Map(app);
        }
        if (DashboardEndpoints.IsOn(app.Configuration))
        {
            DashboardEndpoints.Map(app);
        }
    }
}
