using System.Globalization;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Bench.Watching;

/// <summary>What silos measure of themselves, from their metrics pages.</summary>
internal sealed class SiloWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly HttpClient _http = new() { Timeout = Patience };
    private readonly List<(string Name, Uri Page)> _silos = [];

    /// <param name="data">Names the pages' ports; null, or a mall without <c>--metrics</c>, has none.</param>
    public SiloWatch(DataFolder? data)
    {
        for (
            var silo = "silo1";
            data?.Recall("ports", silo + "_metrics") is { } port
                && data.Processes().ContainsKey(silo);
            silo = string.Create(CultureInfo.InvariantCulture, $"silo{_silos.Count + 1}")
        )
        {
            _silos.Add((silo, new Uri($"http://127.0.0.1:{port}/metrics")));
        }
    }

    public async Task Sample(SeriesBook book, double at)
    {
        foreach (var (name, url) in _silos)
        {
            if (await Read(url) is { } page)
            {
                Add(book, at, name, page);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private static void Add(SeriesBook book, double at, string silo, MetricsPage page)
    {
        void Mean(string metric, string name, string unit)
        {
            if (page[metric + "_sum"] is { } sum && page[metric + "_count"] is { } count)
            {
                book.Mean(silo, name, unit, at, sum, count);
            }
        }
        void Rate(string metric, string name, string unit)
        {
            if (page[metric] is { } total)
            {
                book.Rate(silo, name, unit, at, total);
            }
        }
        Mean("pointsmall_commit_batch_units", "batch size", "units");
        Mean("pointsmall_commit_queue_wait_milliseconds", "queue wait", "ms");
        Mean("pointsmall_commit_duration_milliseconds", "commit", "ms");
        Rate("pointsmall_commit_batch_units_count", "batches", "/s");
        Rate("pointsmall_commands_total", "commands", "/s");
        Rate("pointsmall_account_loads_total", "account loads", "/s");
        Rate("pointsmall_stock_bumps_total", "stock epochs", "/s");
        if (page["orleans_catalog_activations"] is { } activations)
        {
            book.Set(silo, "activations", "grains", at, activations);
        }
        if (page["dotnet_gc_last_collection_heap_size_bytes"] is { } heap)
        {
            book.Set(silo, "heap", "MB", at, heap / 1e6);
        }
    }

    private async Task<MetricsPage?> Read(Uri url)
    {
        try
        {
            return MetricsPage.Parse(await _http.GetStringAsync(url));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // A silo that is down or too busy: a gap in the series shows it.
            return null;
        }
    }
}
