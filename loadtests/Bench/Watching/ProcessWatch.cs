using System.Globalization;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Bench.Watching;

/// <summary>Cores and memory of a mall's processes and of this one, from <c>/proc</c>.</summary>
internal sealed class ProcessWatch(DataFolder? data)
{
    /// <summary>Kernel ticks: what <c>sysconf(_SC_CLK_TCK)</c> says on every Linux.</summary>
    private const double TicksPerSecond = 100;
    private const string Postgres = "postgres";
    private static readonly double PageMb = Environment.SystemPageSize / 1e6;
    private readonly Dictionary<int, double> _last = [];

    public void Sample(SeriesBook book, double at)
    {
        Sample(book, at, "bench", Environment.ProcessId);
        foreach (var (name, pid) in data?.Processes() ?? new Dictionary<string, int>())
        {
            if (name is Postgres)
            {
                SampleServer(book, at, pid);
            }
            else if (name != "up")
            {
                Sample(book, at, name, pid);
            }
        }
    }

    private static void Sample(SeriesBook book, double at, string name, int pid)
    {
        if (Read(pid) is not { } stat)
        {
            return;
        }
        book.Rate(name, "CPU", "cores", at, stat.CpuSeconds);
        book.Set(name, "memory", "MB", at, stat.ResidentMb);
    }

    /// <summary>The server and its backends. A backend that has ended takes its time with it, so growth is summed over those that live.</summary>
    private void SampleServer(SeriesBook book, double at, int server)
    {
        var (cores, privateMb) = (0.0, 0.0);
        var known = _last.ToDictionary();
        _last.Clear();
        foreach (var pid in Backends(server).Prepend(server))
        {
            if (Read(pid) is not { } stat)
            {
                continue;
            }
            _last[pid] = stat.CpuSeconds;
            cores += known.TryGetValue(pid, out var before) ? stat.CpuSeconds - before : 0;
            privateMb += PrivateMb(pid);
        }
        _serverSeconds += cores;
        book.Rate(Postgres, "CPU", "cores", at, _serverSeconds);
        book.Set(Postgres, "memory", "MB", at, privateMb);
    }

    private double _serverSeconds;

    /// <summary>Without the buffers that all backends share: they would count once for each.</summary>
    private static double PrivateMb(int pid)
    {
        try
        {
            var pages = File.ReadAllText(
                    string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/statm")
                )
                .Split(' ');
            return (
                    double.Parse(pages[1], CultureInfo.InvariantCulture)
                    - double.Parse(pages[2], CultureInfo.InvariantCulture)
                ) * PageMb;
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    }

    private static IEnumerable<int> Backends(int server)
    {
        // The server is one thread: its children are all there.
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"/proc/{server}/task/{server}/children"
        );
        try
        {
            return File.ReadAllText(path)
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static (double CpuSeconds, double ResidentMb)? Read(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")
            );
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
        // The name in brackets may hold anything; the state follows it.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        double Number(int field) => double.Parse(fields[field - 3], CultureInfo.InvariantCulture);
        return ((Number(14) + Number(15)) / TicksPerSecond, Number(24) * PageMb);
    }
}
