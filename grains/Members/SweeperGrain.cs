using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Placement;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Members;

/// <summary>
/// See <see cref="ISweeperGrain"/>. A late sweep never lets expired points be spent, for a member's own commands apply what is due first; it
/// lets the ledger catch up. Placed at random: eight alike, started before any silo has told the others of its load.
/// </summary>
[GrainType("sweeper"), RandomPlacement]
internal sealed partial class SweeperGrain(
    DueAccounts due,
    TimeProvider clock,
    ILogger<SweeperGrain> logger
) : Grain, ISweeperGrain, IRemindable
{
    private const string ReminderName = "sweep";
    private const int PageSize = 500;
    private const int Parallelism = 16;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CommandTime = TimeSpan.FromSeconds(4);

    /// <summary>A turn ends after this long, so that calls get theirs; a sweep that is not through goes on in the next.</summary>
    private static readonly TimeSpan TurnTime = TimeSpan.FromSeconds(20);

    private IGrainTimer? _turn;

    /// <summary>Where to go on. A sweep that was held up starts the next behind the accounts that held it up.</summary>
    private DueAccount _position = DueAccount.None;

    private int Slice => (int)this.GetPrimaryKeyLong();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Slice is < 0 or >= DueAccounts.Slices)
        {
            throw new InvalidOperationException($"There is no slice {Slice}");
        }
        _turn = this.RegisterGrainTimer(
            SweepOn,
            new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)
            {
                KeepAlive = true,
            }
        );
        return Task.CompletedTask;
    }

    public async Task Start()
    {
        if (await this.GetReminder(ReminderName) is null)
        {
            await this.RegisterOrUpdateReminder(ReminderName, Period, Period);
        }
    }

    /// <summary>Answers at once: a tick that waits for its sweep would be reported as late.</summary>
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        SweepSoon();
        return Task.CompletedTask;
    }

    public async Task<int> Sweep()
    {
        var sweep = await SweepOnce();
        return sweep.Swept;
    }

    private void SweepSoon() => _turn?.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    private async Task SweepOn(CancellationToken cancellation)
    {
        try
        {
            var sweep = await SweepOnce();
            if (sweep.End == SweepEnd.OutOfTime)
            {
                SweepSoon();
            }
        }
        catch (NpgsqlException exception)
        {
            LogNotRead(logger, Slice, exception.GetType().Name, exception.SqlState);
        }
    }

    private async Task<SweepProgress> SweepOnce()
    {
        var started = clock.GetTimestamp();
        var now = Instants.Truncate(clock.GetUtcNow());
        var sweep = new SweepProgress();
        while (true)
        {
            var page = await due.Next(Slice, now, _position, PageSize, CancellationToken.None);
            await Visit(page, sweep);
            if (sweep.IsHeldUp)
            {
                sweep.End = SweepEnd.HeldUp;
                break;
            }
            if (page.Length < PageSize)
            {
                _position = DueAccount.None;
                sweep.End = SweepEnd.Through;
                break;
            }
            if (clock.GetElapsedTime(started) > TurnTime)
            {
                sweep.End = SweepEnd.OutOfTime;
                break;
            }
        }
        Report(sweep, clock.GetElapsedTime(started));
        return sweep;
    }

    /// <summary>Some at a time; all run on this grain's turn, so the progress needs no lock.</summary>
    private async Task Visit(ImmutableArray<DueAccount> page, SweepProgress sweep)
    {
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Parallelism).Select(_ => VisitNext()));
        if (next > 0)
        {
            _position = page[next - 1];
        }

        async Task VisitNext()
        {
            while (next < page.Length && !sweep.IsHeldUp)
            {
                sweep.Count(await Apply(page[next++].MemberId));
            }
        }
    }

    private async Task<bool> Apply(Guid memberId)
    {
        var now = clock.GetUtcNow();
        var header = new CommandHeader
        {
            CommandId = Guid.CreateVersion7(now),
            Principal = "system",
            Key = null,
            Fingerprint = [],
            Deadline = now + CommandTime,
            Actor = ActorKind.System,
            Lane = CommitLane.Bulk,
        };
        try
        {
            return await GrainFactory.GetMember(memberId).ApplyDue(header);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogNotApplied(logger, Slice, exception.GetType().Name);
            return false;
        }
    }

    private void Report(SweepProgress sweep, TimeSpan took)
    {
        MallMeter.SweptAccounts.Add(
            sweep.Swept,
            new KeyValuePair<string, object?>("outcome", "applied")
        );
        MallMeter.SweptAccounts.Add(
            sweep.Failed,
            new KeyValuePair<string, object?>("outcome", "left")
        );
        if (sweep.Swept + sweep.Failed > 0)
        {
            LogSwept(logger, Slice, sweep.Swept, sweep.Failed, sweep.End, took.TotalMilliseconds);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Sweep of slice {Slice}: {Swept} accounts brought up to date, {Left} left for the next one, {End} after {Milliseconds} ms"
    )]
    private static partial void LogSwept(
        ILogger logger,
        int slice,
        int swept,
        int left,
        SweepEnd end,
        double milliseconds
    );

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A due account of slice {Slice} was left for the next sweep: {Error}"
    )]
    private static partial void LogNotApplied(ILogger logger, int slice, string error);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The due accounts of slice {Slice} could not be read: {Error} {SqlState}"
    )]
    private static partial void LogNotRead(
        ILogger logger,
        int slice,
        string error,
        string? sqlState
    );
}

/// <summary>Why a sweep ended.</summary>
internal enum SweepEnd
{
    /// <summary>Nothing more is due.</summary>
    Through = 1,

    /// <summary>Its turn was over.</summary>
    OutOfTime = 2,

    /// <summary>One account after another could not be written: the mall has no room for sweeps now.</summary>
    HeldUp = 3,
}

/// <summary>How far a sweep has come.</summary>
internal sealed class SweepProgress
{
    /// <summary>As many as are visited at a time: one broken account does not look like a busy mall.</summary>
    private const int HeldUpAfter = 16;

    private int _failedInARow;

    public int Swept { get; private set; }
    public int Failed { get; private set; }
    public SweepEnd End { get; set; }
    public bool IsHeldUp => _failedInARow >= HeldUpAfter;

    public void Count(bool applied)
    {
        if (applied)
        {
            Swept++;
            _failedInARow = 0;
        }
        else
        {
            Failed++;
            _failedInARow++;
        }
    }
}
