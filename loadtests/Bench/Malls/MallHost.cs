using System.Globalization;

namespace PointsMall.LoadTests.Bench.Malls;

/// <summary>Starts the mall of a bench, or finds the one that it is to be run against; whatever it started ends with it.</summary>
internal sealed class MallHost(BenchOptions options) : IAsyncDisposable
{
    private DataFolder? _data = options.Data is { } given ? new DataFolder(given) : null;
    private bool _temporary;
    private OwnMall? _own;

    /// <summary>A mall that is ready.</summary>
    public async Task<MallAccess> Start(CancellationToken cancelled)
    {
        if (options.Against is { } url)
        {
            return MallAccess.Against(url, _data);
        }
        if (_data is null)
        {
            _data = new DataFolder(TemporaryFolder());
            _temporary = true;
        }
        await StartOwn(_data, cancelled);
        return MallAccess.Of(_own!.Api, _data);
    }

    /// <summary>All processes end and are started again where they were, over the same data.</summary>
    public async Task Restart(CancellationToken cancelled)
    {
        if (_own is null)
        {
            throw new BenchException(
                "the scenario begins with fresh processes, which --against can't have"
            );
        }
        await _own.DisposeAsync();
        await StartOwn(_data!, cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
        if (!_temporary)
        {
            return;
        }
        if (options.Keep)
        {
            Console.WriteLine($"kept: --data {_data!.Path}");
        }
        else
        {
            _data!.Remove();
        }
    }

    private async Task StartOwn(DataFolder data, CancellationToken cancelled) =>
        _own = await OwnMall.Start(
            MallScript.Path,
            data,
            options.Silos,
            _own?.Api.Port ?? OwnMall.FreePort(),
            Settings(),
            cancelled
        );

    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (options.FlushDelayMs > 0)
        {
            var further = Environment.GetEnvironmentVariable("MALL_PG_SETTINGS");
            settings["MALL_PG_SETTINGS"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{further};commit_delay = {options.FlushDelayMs * 1_000};commit_siblings = 0"
            );
        }
        return settings;
    }

    /// <summary>Everybody may enter, since the user who runs PostgreSQL for root must.</summary>
    private static string TemporaryFolder()
    {
        var folder = Directory.CreateTempSubdirectory("mall-bench-");
        if (!OperatingSystem.IsWindows())
        {
            folder.UnixFileMode = (UnixFileMode)0b111_101_101;
        }
        return folder.FullName;
    }
}
