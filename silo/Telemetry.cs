using System.Globalization;
using System.Net;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using PointsMall.Grains.Diagnostics;
using PointsMall.Silo.Metrics;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace PointsMall.Silo;

/// <summary>
/// Logs: readable on the console, JSON lines in <c>Logs:File</c>. Metrics and traces, measured only when somebody takes them: OTLP when an
/// endpoint is set, Prometheus on a port of its own when <c>Metrics:Port</c> is.
/// </summary>
public static class Telemetry
{
    private const string OtlpSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string PortSetting = "Metrics:Port";
    private const string HostSetting = "Metrics:Host";

    /// <summary>Traces leave by OTLP only.</summary>
    public static bool AreTracesTaken(IConfiguration configuration) =>
        !string.IsNullOrEmpty(configuration[OtlpSetting]);

    public static void AddTelemetry(this WebApplicationBuilder builder, string instance)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var file = builder.Configuration["Logs:File"];
        builder.Services.AddSerilog(
            (_, logs) =>
            {
                logs.MinimumLevel.Information()
                    .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
                    .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
                    .MinimumLevel.Override("Microsoft.Orleans", LogEventLevel.Warning)
                    // Votes, evictions, who joins and leaves: a few lines, and nothing else says why a silo was declared dead.
                    .MinimumLevel.Override(
                        "Orleans.Runtime.MembershipService",
                        LogEventLevel.Information
                    )
                    // Orleans places each new grain through a pipeline that would log every member's activation.
                    .MinimumLevel.Override("Polly", LogEventLevel.Warning)
                    .Enrich.FromLogContext()
                    .WriteTo.Conditional(
                        _ => builder.Configuration.GetValue("Logs:Console", defaultValue: true),
                        sink => sink.Console(formatProvider: CultureInfo.InvariantCulture)
                    );
                if (!string.IsNullOrEmpty(file))
                {
                    logs.WriteTo.File(
                        new CompactJsonFormatter(),
                        file,
                        rollingInterval: RollingInterval.Infinite,
                        fileSizeLimitBytes: 100_000_000,
                        rollOnFileSizeLimit: true,
                        retainedFileCountLimit: 5
                    );
                }
            }
        );
        builder.AddMetricsAndTraces(instance);
    }

    /// <summary>Serves metrics on their own port and nothing else there.</summary>
    public static void UseMetricsPort(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (MetricsPort(app.Configuration) is { } port)
        {
            app.MapWhen(
                http => http.Connection.LocalPort == port,
                metrics =>
                {
                    metrics.UseOpenTelemetryPrometheusScrapingEndpoint();
                    // Whatever else is asked for, though it may have an endpoint on the health port.
                    metrics.Run(http =>
                    {
                        http.Response.StatusCode = StatusCodes.Status404NotFound;
                        return Task.CompletedTask;
                    });
                }
            );
        }
    }

    private static void AddMetricsAndTraces(this WebApplicationBuilder builder, string instance)
    {
        var otlp = AreTracesTaken(builder.Configuration);
        var port = MetricsPort(builder.Configuration);
        if (!otlp && port is null)
        {
            return;
        }
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource.AddService("points-mall-silo", serviceInstanceId: instance)
            );
        telemetry.WithMetrics(metrics =>
        {
            metrics
                .AddMeter(MallMeter.Name, "Microsoft.Orleans", "Npgsql")
                .AddRuntimeInstrumentation();
            if (port is not null)
            {
                metrics.AddPrometheusExporter();
            }
            if (otlp)
            {
                metrics.AddOtlpExporter();
            }
        });
        builder
            .Services.AddHostedService<SiloGauges>()
            .AddSingleton<DatabaseStatistics>()
            .AddHostedService<DatabaseGauges>()
            .AddHostedService<VerificationGauges>();
        if (port is { } own)
        {
            var host = builder.Configuration[HostSetting] ?? "127.0.0.1";
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(host), own));
        }
        if (otlp)
        {
            telemetry.WithTracing(traces =>
                traces
                    .AddSource(
                        MallTraces.Name,
                        "Microsoft.Orleans.Application",
                        "Microsoft.Orleans.Runtime"
                    )
                    .AddNpgsql()
                    .AddOtlpExporter()
            );
        }
    }

    private static int? MetricsPort(IConfiguration configuration) =>
        configuration.GetValue<int?>(PortSetting);
}
