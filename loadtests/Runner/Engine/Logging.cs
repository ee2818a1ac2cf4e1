using System.Globalization;
using NBomber.Contracts;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace PointsMall.LoadTests.Runner.Engine;

/// <summary>The log of the runner and its scenarios: to the error output, so that it does not run into the live table, or where the user wants it.</summary>
internal static class Logging
{
    public static Logger Logger(NBomberContext settings) =>
        settings.LoggerConfig is { } own
            ? own().CreateLogger()
            : new LoggerConfiguration()
                .MinimumLevel.Is(settings.MinimumLogLevel)
                .WriteTo.Console(
                    standardErrorFromLevel: LogEventLevel.Verbose,
                    formatProvider: CultureInfo.InvariantCulture
                )
                .CreateLogger();
}
