using System.Globalization;

namespace PointsMall.LoadTests.Bench.Watching;

/// <summary>A page in Prometheus' text format. Series that differ only in labels are summed.</summary>
internal sealed class MetricsPage
{
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);

    private MetricsPage() { }

    /// <summary>The sum over all labels; null when there is no such metric.</summary>
    public double? this[string name] => _values.TryGetValue(name, out var value) ? value : null;

    public static MetricsPage Parse(string text)
    {
        var page = new MetricsPage();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }
            // name{label="a value"} value [timestamp]
            var labels = line.IndexOf('{');
            var end = labels < 0 ? line.IndexOf(' ') : line.LastIndexOf('}') + 1;
            if (end <= 0)
            {
                continue;
            }
            var name = (labels < 0 ? line[..end] : line[..labels]).ToString();
            var rest = line[end..].Trim();
            var space = rest.IndexOf(' ');
            if (
                double.TryParse(
                    space < 0 ? rest : rest[..space],
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var value
                )
            )
            {
                page._values[name] = page._values.GetValueOrDefault(name) + value;
            }
        }
        return page;
    }
}
