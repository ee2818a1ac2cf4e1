using System.Diagnostics;

namespace PointsMall.Tests.Load;

/// <summary>Commands of <c>./mall</c>, each to its end.</summary>
internal static class MallScript
{
    /// <param name="temporary">Where it makes its temporary folders.</param>
    /// <param name="arguments">The command.</param>
    public static async Task<(int ExitCode, string Output)> Run(
        string temporary,
        params string[] arguments
    )
    {
        using var process = Process.Start(
            new ProcessStartInfo("bash", [Path.Combine(Root(), "mall"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                Environment = { ["TMPDIR"] = temporary },
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>The folder that holds the script.</summary>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "mall")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("no mall above the test");
        }
        return folder.FullName;
    }
}
