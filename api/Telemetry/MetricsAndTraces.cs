using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace PointsMall.Api.Telemetry;

/// <summary>
/// Metrics and traces, measured only when somebody takes them: OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, Prometheus on a port of
/// its own when <c>Metrics:Port</c> is.
/// </summary>
internal static class MetricsAndTraces
{
    private const string OtlpSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string PortSetting = "Metrics:Port";
    private const string HostSetting = "Metrics:Host";
    private const string Path = "/metrics";

    /// <summary>Traces leave by OTLP only.</summary>
    public static bool AreTracesTaken(IConfiguration configuration) =>
        configuration[OtlpSetting] is { Length: > 0 };

    public static void AddMetricsAndTraces(this WebApplicationBuilder builder)
    {
        var otlp = AreTracesTaken(builder.Configuration);
        var prometheus = Port(builder.Configuration) is not null;
        if (!otlp && !prometheus)
        {
            return;
        }
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("points-mall-api"));
        telemetry.WithMetrics(metrics =>
        {
            metrics
                .AddMeter(ApiMeter.Name, "Microsoft.Orleans", "Npgsql")
                .AddAspNetCoreInstrumentation()
                .AddRuntimeInstrumentation();
            if (prometheus)
            {
                metrics.AddPrometheusExporter();
            }
            if (otlp)
            {
                metrics.AddOtlpExporter();
            }
        });
        builder.Services.AddHostedService<FirstSeries>();
        if (otlp)
        {
            telemetry.WithTracing(traces =>
                traces
                    .AddSource("Microsoft.Orleans.Runtime", "Microsoft.Orleans.Application")
                    .AddAspNetCoreInstrumentation()
                    .AddNpgsql()
                    .AddOtlpExporter()
            );
        }
    }

    /// <summary>Serves metrics on their own port and nothing else there; whoever reaches the public port does not see them.</summary>
    public static void UseMetricsPort(this WebApplication app)
    {
        if (Port(app.Configuration) is not { } port)
        {
            return;
        }
        foreach (var url in (app.Configuration["urls"] ?? "http://localhost:5000").Split(';'))
        {
            app.Urls.Add(url);
        }
        app.Urls.Add($"http://{app.Configuration[HostSetting] ?? "127.0.0.1"}:{port}");
        app.MapWhen(
            http => http.Connection.LocalPort == port,
            metrics => metrics.UseOpenTelemetryPrometheusScrapingEndpoint(Path)
        );
    }

    private static int? Port(IConfiguration configuration) =>
        configuration.GetValue<int?>(PortSetting);

    /// <summary>Hosted services start in the order of their registration: this one after the listeners.</summary>
    private sealed class FirstSeries : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ApiMeter.ShowFirstSeries();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
