using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api.Harness;

/// <summary>The whole mall: a real Postgres, a real silo and the API, all on loopback. One for all tests; each makes its own members and products.</summary>
public sealed class Mall : ApiClient, IAsyncLifetime
{
    private readonly Lazy<Task> _started;
    private PostgresServer? _server;
    private PostgresDatabase? _database;
    private TestSilo? _silo;
    private RunningApi? _api;

    public Mall()
        : base(new TestTokens()) => _started = new Lazy<Task>(Start);

    public PostgresDatabase Database => _database!;

    /// <summary>Starts with the first test that needs it.</summary>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Another API on the same silo, with settings of its own.</summary>
    public async Task<RunningApi> StartApi(params (string Name, string? Value)[] settings)
    {
        await _started.Value;
        return await StartApi(Database, settings);
    }

    /// <summary>An API on another database and its silos.</summary>
    public async Task<RunningApi> StartApi(
        PostgresDatabase database,
        params (string Name, string? Value)[] settings
    )
    {
        var api = await RunningApi.Start(
            Tokens.PublicKeyFile,
            database.ApiConnectionString,
            [("Silo:ClusterId", database.Name), .. settings]
        );
        await BecomesReady(api);
        return api;
    }

    /// <summary>Another database on the same server, for a test that starts silos of its own.</summary>
    public async Task<PostgresDatabase> CreateDatabase()
    {
        await _started.Value;
        return await _server!.CreateDatabase();
    }

    /// <summary>The same calls to another API.</summary>
    public ApiClient At(RunningApi api) => new Other(Tokens, api);

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
        _server?.Dispose();
        Tokens.Dispose();
    }

    protected override async ValueTask<HttpClient> Connect()
    {
        await _started.Value;
        return _api!.Client;
    }

    private async Task Start()
    {
        _server = PostgresServer.Start();
        _database = await _server.CreateDatabase();
        _silo = await TestSilo.Start(_database);
        _api = await StartApi(Database);
    }

    private static Task<int> BecomesReady(RunningApi api) =>
        Eventually.Is(
            async () => (await Answer.To(api.Client, HttpMethod.Get, "/healthz/ready")).Status,
            status => status == 200,
            TimeSpan.FromSeconds(60)
        );

    private sealed class Other(TestTokens tokens, RunningApi api) : ApiClient(tokens)
    {
        protected override ValueTask<HttpClient> Connect() => ValueTask.FromResult(api.Client);
    }
}
