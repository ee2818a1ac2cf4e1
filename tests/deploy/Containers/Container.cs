using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace PointsMall.Tests.Deploy.Containers;

/// <summary>
/// An image run as an engine would run it, as far as the kernel alone can: a mount namespace whose root can't be written and holds /app, .NET
/// and its libraries, no shell, an empty /tmp; the image's user without any capability; nothing in the environment but what it was given.
/// Not like an engine: it shares this machine's network and process numbers, so its addresses are ones of loopback.
/// </summary>
internal sealed class Container : IAsyncDisposable
{
    /// <summary>$1 the new root, $2 /app, $3 .NET, $4 files for /etc, $5 user, $6 group; then the command.</summary>
    private const string Build = """
        set -eu
        root=$1 app=$2 dotnet=$3 etc=$4 user=$5 group=$6
        shift 6
        bind() {
            mkdir -p "$root$2"
            mount --bind "$1" "$root$2"
            mount -o remount,bind,ro "$root$2"
        }
        mount -t tmpfs -o mode=755,size=16m none "$root"
        mkdir -p "$root/dev" "$root/home/app" "$root/proc" "$root/tmp" "$root/usr/bin"
        for folder in /lib /lib64 /usr/lib /usr/lib64 /usr/share/zoneinfo /etc/ssl; do
            [ ! -d "$folder" ] || bind "$folder" "$folder"
        done
        bind "$app" /app
        bind "$dotnet" /usr/share/dotnet
        ln -s /usr/share/dotnet/dotnet "$root/usr/bin/dotnet"
        cp -Rp "$etc/." "$root/etc"
        for device in null urandom; do
            : >"$root/dev/$device"
            mount --bind "/dev/$device" "$root/dev/$device"
        done
        mount --bind /proc "$root/proc"
        mount -t tmpfs -o mode=1777,size=64m none "$root/tmp"
        mount -o remount,ro "$root"
        exec setpriv --no-new-privs unshare --root="$root" --wd=/app --setgid="$group" --setuid="$user" "$@"
        """;

    private readonly ConcurrentQueue<string> _said = new();
    private readonly Process _process;
    private readonly Watchdog _watchdog;

    private Container(Process process)
    {
        _process = process;
        _watchdog = new Watchdog(process.Id);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>All that it printed so far.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>Whether this process may make namespaces and mounts.</summary>
    public static async Task<bool> IsPossible() =>
        Environment.IsPrivilegedProcess
        && Tool.IsInstalled("unshare")
        && Tool.IsInstalled("setpriv")
        && (await Tool.Run("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt")).ExitCode
            == 0;

    /// <param name="image">What to run.</param>
    /// <param name="environment">Beside the base image's own.</param>
    /// <param name="etc">A folder of files for /etc.</param>
    /// <param name="root">An empty folder, only a place to mount at; everybody has a file system of their own there.</param>
    /// <param name="command">Instead of the image's.</param>
    public static Container Start(
        Image image,
        IEnumerable<KeyValuePair<string, string>> environment,
        string etc,
        string root,
        params IReadOnlyCollection<string> command
    )
    {
        var (user, group) = image.File.User;
        var start = new ProcessStartInfo(
            "unshare",
            [
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                Build,
                "container",
                root,
                image.Folder,
                DotnetFolder(),
                etc,
                user.ToString(CultureInfo.InvariantCulture),
                group.ToString(CultureInfo.InvariantCulture),
                .. image.File.Entrypoint,
                .. command.Count > 0 ? command : image.File.Command,
            ]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach (var (name, value) in Image.BaseEnvironment.Concat(environment))
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new Container(process);
    }

    /// <summary>SIGTERM, as an engine stops it.</summary>
    public async Task<int> Stop(TimeSpan grace)
    {
        await Tool.Run(
            "sh",
            "-c",
            $"kill -TERM {_process.Id.ToString(CultureInfo.InvariantCulture)}"
        );
        return await ExitCode(grace);
    }

    public async Task<int> ExitCode(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>A line of what the kernel says of the process, without its name.</summary>
    public string Status(string name) =>
        File.ReadLines($"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/status")
            .Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal))
            .Split(':')[1]
            .Trim();

    /// <summary>The mount options of what it has at a path.</summary>
    public string[] MountOptions(string path) =>
        File.ReadLines($"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/mountinfo")
            .Select(line => line.Split(' '))
            .Last(fields => fields[4] == path)[5]
            .Split(',');

    /// <summary>Whether there is such a file in its root.</summary>
    public bool HasFile(string path) =>
        File.Exists($"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/root{path}");

    public ValueTask DisposeAsync()
    {
        _watchdog.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Hear(string? line)
    {
        if (line is not null)
        {
            _said.Enqueue(line);
        }
    }

    /// <summary>Where this process's own .NET is.</summary>
    private static string DotnetFolder() =>
        Path.GetFullPath(
            Path.Combine(
                System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(),
                "..",
                "..",
                ".."
            )
        );
}
