using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Faults.Rigs;

/// <summary>A clock for each silo that can be put forward and back while it runs, by libfaketime. Time spans are measured by the real one.</summary>
internal sealed class FakeClocks : IFaultRig
{
    private static readonly string[] Libraries =
    [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib64/faketime/libfaketimeMT.so.1",
        "/usr/lib/faketime/libfaketimeMT.so.1",
    ];

    private readonly DataFolder _data;
    private readonly Dictionary<string, string> _settings = [];

    /// <exception cref="CannotStrikeException">The library is not installed.</exception>
    public FakeClocks(DataFolder data, IEnumerable<string> silos)
    {
        _data = data;
        var library =
            Array.Find(Libraries, File.Exists)
            ?? throw new CannotStrikeException(
                "it needs libfaketime (Debian, Ubuntu: apt-get install libfaketime)"
            );
        foreach (var silo in silos)
        {
            Set(silo, 0);
            _settings[SiloSettings.Variable(silo)] = $"""
                LD_PRELOAD={library}
                FAKETIME_TIMESTAMP_FILE={FileOf(silo)}
                FAKETIME_CACHE_DURATION=1
                FAKETIME_DONT_FAKE_MONOTONIC=1
                """;
        }
    }

    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>The silo sees it within a second.</summary>
    /// <param name="silo">Its name.</param>
    /// <param name="seconds">Ahead of the real time; negative for behind it.</param>
    public void Set(string silo, int seconds)
    {
        var file = FileOf(silo);
        File.WriteAllText(
            file + ".new",
            seconds.ToString("+0;-0", System.Globalization.CultureInfo.InvariantCulture)
        );
        File.Move(file + ".new", file, overwrite: true);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var file in Directory.GetFiles(_data.Path, "*.clock"))
        {
            File.Delete(file);
        }
        return ValueTask.CompletedTask;
    }

    private string FileOf(string silo) => _data.File(silo + ".clock");
}
