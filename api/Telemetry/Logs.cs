using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace PointsMall.Api.Telemetry;

/// <summary>Logs: readable on the console, and as JSON in the file <c>Logs:File</c> when that is set. No request is logged when all is well.</summary>
internal static class Logs
{
    private const string FileSetting = "Logs:File";
    private const int FileBytes = 100 * 1024 * 1024;
    private const int FilesKept = 10;

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(
            (provider, logs) =>
            {
                logs.MinimumLevel.Information()
                    .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
                    .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
                    .Enrich.FromLogContext()
                    .WriteTo.Console(
                        formatProvider: CultureInfo.InvariantCulture,
                        outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}"
                    );
                var file = provider.GetRequiredService<IConfiguration>()[FileSetting];
                if (file is { Length: > 0 })
                {
                    logs.WriteTo.File(
                        new CompactJsonFormatter(),
                        file,
                        fileSizeLimitBytes: FileBytes,
                        rollOnFileSizeLimit: true,
                        retainedFileCountLimit: FilesKept
                    );
                }
            }
        );
    }
}
