using System.Diagnostics.Metrics;
using Npgsql;
using PointsMall.Tests.Api.Harness;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api.Replicas;

/// <summary>A mall with a streaming standby, that two APIs read from.</summary>
public sealed class ReplicaMall(Mall mall) : IAsyncLifetime
{
    private readonly MeterListener _meter = new();
    private PostgresServer? _primary;
    private PostgresDatabase? _database;
    private TestSilo? _silo;
    private RunningApi? _first;
    private RunningApi? _second;
    private long _fromReplica;
    private long _fallbacks;

    public ApiClient First => mall.At(_first!);

    public ApiClient Second => mall.At(_second!);

    public PostgresServer Standby { get; private set; } = null!;

    /// <summary>Reads that the standby answered, for both APIs.</summary>
    public long FromReplica => Interlocked.Read(ref _fromReplica);

    /// <summary>Reads that the primary answered in its place.</summary>
    public long Fallbacks => Interlocked.Read(ref _fallbacks);

    public async ValueTask InitializeAsync()
    {
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "pointsmall.api.reads")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meter.SetMeasurementEventCallback<long>(Count);
        _meter.Start();

        _primary = PostgresServer.Start(fsync: false);
        _database = await _primary.CreateDatabase();
        Standby = _primary.StartStandby();
        _silo = await TestSilo.Start(_database);
        _first = await StartApi();
        _second = await StartApi();
        await IsUsed();
    }

    /// <summary>Waits until reads go to the standby (again).</summary>
    public async Task IsUsed()
    {
        foreach (var api in (ApiClient[])[First, Second])
        {
            await Eventually.Is(
                async () =>
                {
                    var before = FromReplica;
                    await api.Get("/v1/products");
                    return FromReplica > before;
                },
                used => used
            );
        }
    }

    /// <summary>The standby receives, but shows nothing new.</summary>
    public Task Pause() => AtStandby("select pg_wal_replay_pause()");

    public Task Resume() => AtStandby("select pg_wal_replay_resume()");

    public async ValueTask DisposeAsync()
    {
        await (_first?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_second?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_silo?.DisposeAsync() ?? ValueTask.CompletedTask);
        Standby?.Dispose();
        _primary?.Dispose();
        _meter.Dispose();
    }

    private Task<RunningApi> StartApi() =>
        mall.StartApi(
            _database!,
            ("ConnectionStrings:replica", Standby.ApiConnectionString(_database!.Name))
        );

    private async Task AtStandby(string sql)
    {
        await using var connection = new NpgsqlConnection(
            Standby.SuperuserConnectionString(_database!.Name)
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private void Count(
        Instrument instrument,
        long reads,
        ReadOnlySpan<KeyValuePair<string, object?>> tags,
        object? state
    )
    {
        switch (tags[0].Value)
        {
            case "replica":
                Interlocked.Add(ref _fromReplica, reads);
                break;
            case "fallback":
                Interlocked.Add(ref _fallbacks, reads);
                break;
        }
    }
}
