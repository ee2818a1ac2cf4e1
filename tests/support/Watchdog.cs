using System.Diagnostics;
using System.Globalization;

namespace PointsMall.Tests.Support;

/// <summary>
/// Ends a process when this one ends, however it ends: a shell waits for the end of a pipe that only this process holds. Disposed before the
/// process is waited for, because its number may be somebody else's afterwards.
/// </summary>
public sealed class Watchdog : IDisposable
{
    private const string Watch = """
        trap '' INT TERM HUP
        cat >/dev/null
        kill -KILL "$1" 2>/dev/null
        """;

    private readonly Process _shell;

    public Watchdog(int processId) =>
        _shell = Process.Start(
            new ProcessStartInfo(
                "sh",
                ["-c", Watch, "watchdog", processId.ToString(CultureInfo.InvariantCulture)]
            )
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
            }
        )!;

    public void Dispose()
    {
        _shell.Kill();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
