using System.Diagnostics;

namespace PointsMall.Tests.Api.Harness;

/// <summary>Runs the project's scripts in Python. Debian's package is installed when it is missing and this process may.</summary>
internal static class Python
{
    /// <param name="script">Its path in the repository.</param>
    /// <param name="arguments">What it gets.</param>
    public static async Task<(int ExitCode, string Said)> Run(
        string script,
        params string[] arguments
    )
    {
        if (!IsInstalled)
        {
            await Install();
        }
        return await Execute("python3", [Repository.File(script), .. arguments]);
    }

    private static bool IsInstalled =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "python3")));

    private static async Task Install()
    {
        string[] apt =
        [
            .. Environment.IsPrivilegedProcess ? (string[])[] : ["sudo", "-n"],
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-q",
        ];
        await Execute(apt[0], [.. apt[1..], "update"]);
        await Execute(apt[0], [.. apt[1..], "install", "-y", "--no-install-recommends", "python3"]);
    }

    private static async Task<(int ExitCode, string Said)> Execute(
        string program,
        IEnumerable<string> arguments
    )
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said + await errors);
    }
}

/// <summary>The files of the repository.</summary>
internal static class Repository
{
    public static string File(
        string path,
        [System.Runtime.CompilerServices.CallerFilePath] string here = ""
    ) => Path.Combine(Path.GetDirectoryName(here)!, "../../..", path);
}
