using System.Globalization;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using PointsMall.Grains.Diagnostics;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace PointsMall.Silo;

/// <summary>Logs: readable on the console, JSON lines in <c>Logs:File</c>. Metrics and traces leave by OTLP when an endpoint is set.</summary>
public static class Telemetry
{
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
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }
        builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource.AddService("points-mall-silo", serviceInstanceId: instance)
            )
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(MallMeter.Name, "Microsoft.Orleans", "Npgsql")
                    .AddRuntimeInstrumentation()
                    .AddOtlpExporter()
            )
            .WithTracing(traces =>
                traces
                    .AddSource("Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime")
                    .AddNpgsql()
                    .AddOtlpExporter()
            );
    }
}
