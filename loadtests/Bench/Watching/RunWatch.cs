using Npgsql;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Bench.Watching;

/// <summary>Looks at every process of a mall once a second, from its start until it is stopped.</summary>
internal sealed class RunWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly SeriesBook _book = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly NpgsqlDataSource _owner;
    private readonly ProcessWatch _processes;
    private readonly SiloWatch _silos;
    private readonly DatabaseWatch _database;
    private readonly Task _watching;
    private long _begun = TimeProvider.System.GetTimestamp();
    private volatile bool _begins;

    public RunWatch(MallAccess mall)
    {
        _owner = NpgsqlDataSource.Create(mall.OwnerConnectionString);
        _processes = new ProcessWatch(mall.Data);
        _silos = new SiloWatch(mall.Data);
        _database = new DatabaseWatch(_owner);
        _watching = Task.Run(Watch);
    }

    /// <summary>Complete after <see cref="Stop"/>.</summary>
    public IReadOnlyList<SampledSeries> Series { get; private set; } = [];

    /// <inheritdoc cref="DatabaseWatch.MeanFlushMs"/>
    public double? MeanFlushMs => _database.MeanFlushMs;

    /// <inheritdoc cref="DatabaseWatch.Checkpoints"/>
    public double Checkpoints => _database.Checkpoints;

    /// <summary>The measured load begins: samples so far were of the warm-up, and are forgotten.</summary>
    public void Begin()
    {
        Volatile.Write(ref _begun, TimeProvider.System.GetTimestamp());
        _begins = true;
    }

    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _watching;
        Series = _book.Series;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _silos.Dispose();
        await _owner.DisposeAsync();
        _stop.Dispose();
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                if (_begins)
                {
                    _begins = false;
                    _book.Forget();
                }
                var at = TimeProvider.System.GetElapsedTime(Volatile.Read(ref _begun)).TotalSeconds;
                _processes.Sample(_book, at);
                await _silos.Sample(_book, at);
                await _database.Sample(_book, at);
            } while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
