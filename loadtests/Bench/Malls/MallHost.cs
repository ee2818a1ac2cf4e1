using System.Globalization;

namespace PointsMall.LoadTests.Bench.Malls;

/// <summary>Starts the mall of a bench, or finds the one that it is to be run against; whatever it started ends with it.</summary>
/// <param name="options">Whose mall, and how many silos.</param>
/// <param name="up">Further options of <c>./mall up</c> for a mall of its own.</param>
/// <param name="postgres">Further settings of its PostgreSQL, with <c>;</c> between.</param>
internal sealed class MallHost(
    BenchOptions options,
    IReadOnlyList<string>? up = null,
    string? postgres = null
) : IAsyncDisposable
{
    private DataFolder? _data = options.Data is { } given ? new DataFolder(given) : null;
    private bool _temporary;
    private OwnMall? _own;
    private int? _apiPort;

    /// <summary>A mall of its own is up.</summary>
    public bool Runs => _own is not null;

    /// <summary>A mall that is ready.</summary>
    public async Task<MallAccess> Start(CancellationToken cancelled)
    {
        if (options.Against is { } url)
        {
            return MallAccess.Against(url, _data);
        }
        if (_data is null)
        {
            _data = new DataFolder(TemporaryFolder("mall-bench-"));
            _temporary = true;
        }
        await StartOwn(_data, cancelled);
        return MallAccess.Of(_own!.Api, _data);
    }

    /// <summary>All processes end and are started again where they were, over the same data.</summary>
    public async Task Restart(CancellationToken cancelled)
    {
        if (options.Against is not null)
        {
            throw new BenchException(
                "the scenario begins with fresh processes, which --against can't have"
            );
        }
        await Stop();
        await StartAgain(cancelled);
    }

    /// <summary>All processes end, those of a mall of its own; what it has written stays.</summary>
    public async Task Stop()
    {
        if (_own is { } own)
        {
            _own = null;
            await own.DisposeAsync();
        }
    }

    /// <summary>All processes are started where they were, over the same data.</summary>
    /// <param name="cancelled">Gives up.</param>
    /// <param name="apis">API processes; several are behind a balancer.</param>
    /// <param name="settings">Environment variables for this start only.</param>
    public Task StartAgain(
        CancellationToken cancelled,
        int apis = 1,
        IReadOnlyDictionary<string, string>? settings = null
    ) => StartOwn(_data!, cancelled, apis, settings);

    public async ValueTask DisposeAsync()
    {
        await Stop();
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

    private async Task StartOwn(
        DataFolder data,
        CancellationToken cancelled,
        int apis = 1,
        IReadOnlyDictionary<string, string>? settings = null
    ) =>
        _own = await OwnMall.Start(
            MallScript.Path,
            data,
            options.Silos,
            apis,
            _apiPort ??= OwnMall.FreePort(),
            up ?? [],
            settings ?? Settings(),
            cancelled
        );

    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        string?[] further =
        [
            Environment.GetEnvironmentVariable("MALL_PG_SETTINGS"),
            postgres,
            options.FlushDelayMs > 0
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"commit_delay = {options.FlushDelayMs * 1_000};commit_siblings = 0"
                )
                : null,
        ];
        if (further.Any(setting => !string.IsNullOrEmpty(setting)))
        {
            settings["MALL_PG_SETTINGS"] = string.Join(';', further);
        }
        return settings;
    }

    /// <summary>Everybody may enter, since the user who runs PostgreSQL for root must.</summary>
    public static string TemporaryFolder(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory(prefix);
        if (!OperatingSystem.IsWindows())
        {
            folder.UnixFileMode = (UnixFileMode)0b111_101_101;
        }
        return folder.FullName;
    }
}
