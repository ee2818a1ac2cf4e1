using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PointsMall.Grains.Database;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Commits;

/// <summary>Starts before all grains and stops after them; see <see cref="ICommitter"/>.</summary>
public sealed partial class Committer
    : ICommitter,
        ILifecycleParticipant<ISiloLifecycle>,
        IDisposable
{
    /// <summary>Before ApplicationServices (10,000) on the way up, after the grains (19,998) on the way down.</summary>
    private const int Stage = ServiceLifecycleStage.ApplicationServices - 1_000;
    private static readonly TimeSpan WithdrawInterval = TimeSpan.FromMilliseconds(100);
    private static readonly KeyValuePair<string, object?> InteractiveLane = new(
        "lane",
        "interactive"
    );
    private static readonly KeyValuePair<string, object?> BulkLane = new("lane", "bulk");
    private readonly CommitQueue _queue;
    private readonly UnitAnswers _answers;
    private readonly SettlementDesk _desk;
    private readonly CommitWriter[] _writers;
    private readonly CommitterOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<Committer> _logger;
    private readonly CancellationTokenSource _stopped = new();
    private long _startedAt;
    private Task _running = Task.CompletedTask;

    public Committer(
        MallDatabase database,
        IGates gates,
        IOptions<CommitterOptions> options,
        TimeProvider clock,
        ILoggerFactory loggers
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _clock = clock;
        _logger = loggers.CreateLogger<Committer>();
        _queue = new CommitQueue(_options, clock);
        _answers = new UnitAnswers(_queue, new GateNotifier(gates));
        _desk = new SettlementDesk(
            new OutcomeSettler(database, loggers.CreateLogger<OutcomeSettler>()),
            _queue,
            _answers,
            clock,
            loggers.CreateLogger<SettlementDesk>()
        );
        _writers =
        [
            .. Enumerable
                .Range(1, _options.Writers)
                .Select(number => new CommitWriter(
                    number,
                    _queue,
                    database,
                    _answers,
                    _desk,
                    _options,
                    clock,
                    loggers.CreateLogger<CommitWriter>()
                )),
        ];
    }

    /// <summary>Units taken in and not answered yet.</summary>
    public int Places => _queue.Places;

    /// <summary>Time since the database last answered any writer; none before they have started, since nobody has asked it.</summary>
    public TimeSpan SinceLastAnswer =>
        Interlocked.Read(ref _startedAt) is > 0 and var startedAt
            ? _clock.GetElapsedTime(
                Math.Max(startedAt, _writers.Max(writer => writer.LastAnswerAt))
            )
            : TimeSpan.Zero;

    public void Participate(ISiloLifecycle lifecycle)
    {
        ArgumentNullException.ThrowIfNull(lifecycle);
        lifecycle.Subscribe(nameof(Committer), Stage, _ => Start(), _ => Stop());
    }

    public CommitSlot? TryReserve(CommitLane lane) =>
        _queue.TryReserve(lane) ? new CommitSlot(lane, _queue.GiveBack) : null;

    public Task<CommitOutcome> Submit(CommitSlot slot, CommitUnit unit)
    {
        ArgumentNullException.ThrowIfNull(slot);
        ArgumentNullException.ThrowIfNull(unit);
        if (slot.Lane != unit.Lane || !slot.Use())
        {
            throw new ArgumentException("A slot serves one unit of its own lane", nameof(slot));
        }
        var pending = new PendingUnit(unit, _clock.GetTimestamp(), Activity.Current);
        if (!_queue.Add(pending))
        {
            _answers.Give(pending, CommitOutcome.NotRun);
        }
        return pending.Outcome;
    }

    /// <summary>Starts the writers.</summary>
    public Task Start()
    {
        Interlocked.Exchange(ref _startedAt, _clock.GetTimestamp());
        _running = Task.WhenAll([
            .. _writers.Select(writer => writer.Run(_stopped.Token)),
            Withdraw(),
        ]);
        return Task.CompletedTask;
    }

    /// <summary>Takes no more units in, commits what is queued, and refuses what could not be sent in time.</summary>
    public async Task Stop()
    {
        _queue.Close();
        var startedAt = _clock.GetTimestamp();
        while (
            (_queue.Queued > 0 || _desk.Open > 0)
            && _clock.GetElapsedTime(startedAt) < _options.DrainTime
        )
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), _clock);
        }
        var withdrawn = _queue.Withdraw(all: true);
        _answers.Give(withdrawn, CommitOutcome.NotRun);
        LogStopped(_logger, withdrawn.Count);
        await _stopped.CancelAsync();
        await _running;
    }

    public void Dispose() => _stopped.Dispose();

    /// <summary>While every writer is busy or without a connection, nobody else refuses what waits too long.</summary>
    private async Task Withdraw()
    {
        using var timer = new PeriodicTimer(WithdrawInterval, _clock);
        while (!_stopped.IsCancellationRequested)
        {
            var connected = SinceLastAnswer < _options.CommitTime;
            _answers.Give(
                _queue.Withdraw(all: false),
                connected ? CommitOutcome.Expired : CommitOutcome.NotRun
            );
            Measure();
            await Task.WhenAny(timer.WaitForNextTickAsync(_stopped.Token).AsTask());
        }
    }

    private void Measure()
    {
        var (interactive, bulk, limit) = _queue.Fill;
        MallMeter.QueuePlaces.Record(interactive, InteractiveLane);
        MallMeter.QueuePlaces.Record(bulk, BulkLane);
        MallMeter.QueueLimit.Record(limit, InteractiveLane);
        MallMeter.QueueLimit.Record(limit, BulkLane);
        MallMeter.UnsettledBatches.Record(_desk.Open);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The committer has stopped; {Withdrawn} units were refused unsent"
    )]
    private static partial void LogStopped(ILogger logger, int withdrawn);
}
