using System.Diagnostics;
using System.Globalization;

namespace PointsMall.Tests.Support;

/// <summary>Where this machine keeps initdb, pg_ctl and postgres, and how to run them.</summary>
internal static class PostgresBinaries
{
    private const string DebianRoot = "/usr/lib/postgresql";

    /// <summary>MALL_PG_BIN, else the newest of Debian's versions, else PATH, else Debian's package is installed when this process may.</summary>
    public static string Find() =>
        FromEnvironment() ?? Installed() ?? InstallDebianPackage() ?? throw Missing();

    /// <summary>Runs a server program: PostgreSQL refuses to run as root, so root becomes the user postgres.</summary>
    public static void Run(string program, params IEnumerable<string> arguments)
    {
        if (Environment.IsPrivilegedProcess)
        {
            Execute("runuser", ["-u", "postgres", "--", program, .. arguments]);
        }
        else
        {
            Execute(program, arguments);
        }
    }

    public static void Execute(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} ended with {process.ExitCode}: {output} {errors.GetAwaiter().GetResult()}"
            );
        }
    }

    private static string? FromEnvironment() =>
        Environment.GetEnvironmentVariable("MALL_PG_BIN") is { Length: > 0 } folder ? folder : null;

    private static string? Installed() => DebianVersions().FirstOrDefault() ?? OnPath();

    private static IEnumerable<string> DebianVersions() =>
        !Directory.Exists(DebianRoot)
            ? []
            : Directory
                .GetDirectories(DebianRoot)
                .Where(folder => File.Exists(Path.Combine(folder, "bin", "initdb")))
                .OrderByDescending(folder =>
                    int.TryParse(
                        Path.GetFileName(folder),
                        CultureInfo.InvariantCulture,
                        out var version
                    )
                        ? version
                        : 0
                )
                .Select(folder => Path.Combine(folder, "bin"));

    private static string? OnPath() =>
        Environment
            .GetEnvironmentVariable("PATH")
            ?.Split(Path.PathSeparator)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));

    private static string? InstallDebianPackage()
    {
        if (!File.Exists("/usr/bin/apt-get"))
        {
            return null;
        }
        string[] asRoot = Environment.IsPrivilegedProcess ? [] : ["sudo", "-n"];
        string[] apt = [.. asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"];
        try
        {
            Execute(apt[0], [.. apt[1..], "update"]);
            Execute(apt[0], [.. apt[1..], "install", "-y", "postgresql"]);
        }
        catch (Exception e)
            when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            throw new InvalidOperationException(Missing().Message, e);
        }
        return Installed();
    }

    private static InvalidOperationException Missing() =>
        new(
            "PostgreSQL 15 or later is needed: install your system's package, or point MALL_PG_BIN at the folder that holds initdb."
        );
}
