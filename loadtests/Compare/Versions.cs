using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Npgsql;

namespace PointsMall.LoadTests.Compare;

/// <summary>What the systems are made of.</summary>
internal static class Versions
{
    public static string Text =>
        string.Join(
            ", ",
            RuntimeInformation.FrameworkDescription,
            $"Orleans {Package(typeof(IGrain))}",
            $"Npgsql {Package(typeof(NpgsqlConnection))}",
            Redis()
        );

    /// <summary>The version of the package that the type came with.</summary>
    private static string? Package(Type type) =>
        type
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+', ' ')[0]
            .TrimEnd('.');

    private static string Redis()
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("redis-server", "--version")
                {
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                }
            )!;
            var words = process.StandardOutput.ReadToEnd().Split(' ');
            process.WaitForExit();
            return $"Redis {words.FirstOrDefault(word => word.StartsWith("v=", StringComparison.Ordinal))?[2..]}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "no Redis";
        }
    }
}
