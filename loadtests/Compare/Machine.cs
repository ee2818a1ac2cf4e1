using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Npgsql;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Compare;

/// <summary>What a figure depends on beside the code.</summary>
internal static class Machine
{
    private const int Flushes = 200;
    private const int FlushBytes = 8 * 1024;

    /// <summary>Name and value, in the order shown.</summary>
    /// <param name="folder">Where the data of the systems are.</param>
    public static IReadOnlyList<(string Name, string Value)> Facts(string folder)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1L << 30);
        return
        [
            (
                "Machine",
                $"{Processor()}, {Environment.ProcessorCount} cores, {memory} GB; the load generator runs on it too"
            ),
            ("System", RuntimeInformation.OSDescription),
            (
                "Flush",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{FlushMs(folder):0.00} ms, the median of {Flushes} flushed writes of 8 kB"
                )
            ),
            ("Versions", string.Join(", ", Versions())),
            ("Commit", FirstLine("git", "-C", MallScript.Root, "describe", "--always", "--dirty")),
        ];
    }

    private static IEnumerable<string> Versions()
    {
        yield return RuntimeInformation.FrameworkDescription;
        yield return $"Orleans {Package(typeof(IGrain))}";
        yield return $"Npgsql {Package(typeof(NpgsqlConnection))}";
        var postgres = Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .Order(StringComparer.Ordinal)
                .LastOrDefault()
            : null;
        yield return FirstLine(
            postgres is null ? "postgres" : $"{postgres}/bin/postgres",
            "--version"
        );
        yield return FirstLine("redis-server", "--version");
    }

    /// <summary>The version of the package that the type came with.</summary>
    private static string? Package(Type type) =>
        type
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0];

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(": ")[1]
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>What the disk takes to say that a write is on it: the least that a durable answer can take.</summary>
    private static double FlushMs(string folder)
    {
        var path = Path.Combine(folder, "flush");
        using var file = File.OpenHandle(
            path,
            FileMode.Create,
            FileAccess.Write,
            options: FileOptions.DeleteOnClose
        );
        var block = new byte[FlushBytes];
        var times = new double[Flushes];
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, block, (long)i * FlushBytes);
            RandomAccess.FlushToDisk(file);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(times);
        return times[Flushes / 2];
    }

    private static string FirstLine(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments)
                {
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                }
            )!;
            var line = process.StandardOutput.ReadLine() ?? "";
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return line;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return $"no {program}";
        }
    }
}
