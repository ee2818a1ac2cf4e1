using System.Globalization;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Faults.Rigs;

/// <summary>PostgreSQL's write-ahead log on a small file system of its own, in memory. Mounting one takes root.</summary>
internal sealed class SmallLog : IFaultRig
{
    /// <summary>Beside what is there: some of PostgreSQL's files of 16 MB.</summary>
    private const long RoomMb = 128;

    private readonly string _log;
    private readonly string _onDisk;
    private readonly string _mount;

    private SmallLog(string cluster)
    {
        _log = Path.Combine(cluster, "pg_wal");
        _onDisk = Path.Combine(cluster, "pg_wal.on-disk");
        // Outside of the data, where only PostgreSQL's own files may be.
        _mount = Path.Combine(Path.GetDirectoryName(cluster)!, "small-log");
    }

    /// <summary>No file is used again, as when somebody still has to take it away, so that the log soon needs new ones.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string> { ["MALL_PG_SETTINGS"] = "wal_keep_size = 100GB" };

    private string Filler => Path.Combine(_mount, "filler");

    /// <exception cref="CannotStrikeException">Not root, or not allowed to mount.</exception>
    public static async Task<IFaultRig> Create(DataFolder data)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new CannotStrikeException("it takes root to mount a small file system");
        }
        var rig = new SmallLog(data.Cluster);
        var megabytes =
            new DirectoryInfo(rig._log)
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .Sum(file => file.Length) / 1_000_000
            + RoomMb;
        Directory.CreateDirectory(rig._mount);
        var size = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");
        if (!await Succeeds("mount", "-t", "tmpfs", "-o", size, "tmpfs", rig._mount))
        {
            Directory.Delete(rig._mount);
            throw new CannotStrikeException("this system does not let root mount a file system");
        }
        await Run("cp", "-a", rig._log + "/.", rig._mount);
        Directory.Move(rig._log, rig._onDisk);
        Directory.CreateSymbolicLink(rig._log, rig._mount);
        return rig;
    }

    /// <summary>Takes all the room that is left.</summary>
    public async Task Fill()
    {
        // Ends with an error, which is what it is for.
        await Succeeds("dd", "if=/dev/zero", "of=" + Filler, "bs=1M", "status=none");
    }

    public void GiveBack() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        GiveBack();
        File.Delete(_log);
        Directory.Delete(_onDisk, recursive: true);
        await Run("cp", "-a", _mount, _log);
        await Run("umount", _mount);
        Directory.Delete(_mount);
    }

    private static async Task Run(string program, params string[] arguments)
    {
        if (!await Succeeds(program, arguments))
        {
            throw new BenchException($"{program} {string.Join(' ', arguments)} failed");
        }
    }

    private static async Task<bool> Succeeds(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
