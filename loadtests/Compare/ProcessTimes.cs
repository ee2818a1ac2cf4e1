using System.Globalization;

namespace PointsMall.LoadTests.Compare;

/// <summary>Processor time of processes with all that they have started, from /proc.</summary>
internal static class ProcessTimes
{
    /// <summary>As the kernel reports times to programs; the same on every Linux.</summary>
    private const double TicksPerSecond = 100;

    private const int ParentField = 1;
    private const int FirstTimeField = 11;
    private const int TimeFields = 4;

    /// <summary>Seconds of each, with its descendants, also those that have ended.</summary>
    public static IReadOnlyDictionary<string, double> Of(IReadOnlyDictionary<string, int> processes)
    {
        var all = Directory
            .EnumerateDirectories("/proc")
            .Select(folder =>
                int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)
                    ? Read(id)
                    : null
            )
            .OfType<Seen>()
            .ToList();
        var children = all.ToLookup(process => process.Parent);
        var byId = all.ToDictionary(process => process.Id);
        return processes.ToDictionary(
            process => process.Key,
            process => byId.TryGetValue(process.Value, out var seen) ? Sum(seen, children) : 0,
            StringComparer.Ordinal
        );
    }

    private static double Sum(Seen process, ILookup<int, Seen> children) =>
        process.Seconds + children[process.Id].Sum(child => Sum(child, children));

    /// <summary>Null for a process that has just ended.</summary>
    private static Seen? Read(int id)
    {
        string text;
        try
        {
            text = File.ReadAllText(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat")
            );
        }
        catch (IOException)
        {
            return null;
        }
        // The name in brackets may hold anything.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = fields
            .Skip(FirstTimeField)
            .Take(TimeFields)
            .Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
        return new Seen(
            id,
            int.Parse(fields[ParentField], CultureInfo.InvariantCulture),
            ticks / TicksPerSecond
        );
    }

    private sealed record Seen(int Id, int Parent, double Seconds);
}
