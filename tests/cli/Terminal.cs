using System.Diagnostics;

namespace PointsMall.Tests.Cli;

/// <summary>Runs commands as somebody at a terminal would.</summary>
internal static class Terminal
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The repository: the folder above this test's output that holds the script.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The script; tests never run it in their own folder.</summary>
    public static string Script => Path.Combine(Repository, "mall");

    /// <summary>Runs the script to its end.</summary>
    public static Task<Output> Mall(params string[] arguments) => Run(Script, arguments);

    public static async Task<Output> Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new Output(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{program} {string.Join(' ', arguments)} takes longer than {Patience.TotalSeconds} s",
                e
            );
        }
    }

    public static Process Start(string program, params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                WorkingDirectory = Path.GetTempPath(),
            }
        )!;

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "mall")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("no mall above the test");
        }
        return folder.FullName;
    }
}

internal sealed record Output(int ExitCode, string Text, string Errors)
{
    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
