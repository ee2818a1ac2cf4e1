namespace PointsMall.Grains.Commits;

/// <summary>
/// The committer's bounded queue with its two lanes. A writer takes whatever is there, as soon as that is worth a transaction of its own
/// (<see cref="NextBatch"/>); of a member at most one unit is out at a time, so that no batch holds two rows of one key. Thread-safe.
/// </summary>
internal sealed class CommitQueue(CommitterOptions options, TimeProvider clock)
{
    /// <summary>A writer with nothing to do looks up this often.</summary>
    public static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(1);

    /// <summary>While the queue drains for a stop, a writer looks again after this.</summary>
    private static readonly TimeSpan DrainPause = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly Lane _interactive = new();
    private readonly Lane _bulk = new();
    private readonly HashSet<Guid> _membersOut = [];
    private readonly Dictionary<Guid, Queue<PendingUnit>> _behindMember = [];
    private readonly List<PendingUnit> _deferred = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private double _unitsPerSecond;
    private int _queued;
    private int _out;
    private bool _closed;

    private sealed class Lane
    {
        public readonly Queue<PendingUnit> Units = new();

        /// <summary>Places taken: reserved, queued or being sent.</summary>
        public int Places;
    }

    /// <summary>Units taken in and not answered yet, places reserved for some included.</summary>
    public int Places
    {
        get
        {
            lock (_lock)
            {
                return _interactive.Places + _bulk.Places;
            }
        }
    }

    /// <summary>How full the lanes are, and how many places each has.</summary>
    public (int Interactive, int Bulk, int Limit) Fill
    {
        get
        {
            lock (_lock)
            {
                return (_interactive.Places, _bulk.Places, Bound());
            }
        }
    }

    /// <summary>Units queued, deferred or being sent: what a stop has to wait for.</summary>
    public int Queued
    {
        get
        {
            lock (_lock)
            {
                return _queued;
            }
        }
    }

    public bool TryReserve(CommitLane lane)
    {
        lock (_lock)
        {
            var chosen = Of(lane);
            if (_closed || chosen.Places >= Bound())
            {
                return false;
            }
            chosen.Places++;
            return true;
        }
    }

    public void GiveBack(CommitLane lane)
    {
        lock (_lock)
        {
            Of(lane).Places--;
        }
    }

    /// <summary>Queues a unit in a reserved place. False when the queue is closed.</summary>
    public bool Add(PendingUnit unit)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }
            _queued++;
            Of(unit.Unit.Lane).Units.Enqueue(unit);
            // The first one starts the writers' patience, the one that makes a batch worth sending ends it.
            if (Waiting == 1 || IsWorthSending())
            {
                _changed.TrySetResult();
            }
        }
        return true;
    }

    /// <summary>
    /// When a writer is to take its next batch: at once when nothing is out, or when what waits is no smaller than what is out. A batch
    /// costs the database about as much as 15 units cost beyond it, so small ones beside a running one are dear; but no unit waits for a
    /// bigger batch longer than <see cref="CommitterOptions.FormingTime"/>.
    /// </summary>
    /// <returns>The pause, zero for now, and a task that completes when it is to be asked again before.</returns>
    public (TimeSpan Pause, Task Changed) NextBatch()
    {
        lock (_lock)
        {
            if (_changed.Task.IsCompleted)
            {
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            return (Pause(), _changed.Task);
        }
    }

    /// <summary>
    /// Moves the next batch into <paramref name="batch"/>: deferred units that are due, then people's units, then bulk up to half of
    /// the batch; while bulk waits, a tenth is kept for it. Units that waited too long go to <paramref name="late"/>.
    /// </summary>
    public void Take(List<PendingUnit> batch, List<PendingUnit> late)
    {
        lock (_lock)
        {
            var max = options.MaxBatchUnits;
            TakeDeferred(batch, max);
            var reservedForBulk =
                _bulk.Units.Count == 0 ? 0 : Math.Min(_bulk.Units.Count, (max + 9) / 10);
            TakeLane(_interactive, batch, late, max - reservedForBulk);
            TakeLane(_bulk, batch, late, Math.Min(max, batch.Count + (max + 1) / 2));
        }
    }

    /// <summary>A unit that was rolled back for a passing reason (a lock) is tried again after a pause.</summary>
    public void Defer(PendingUnit unit, TimeSpan pause)
    {
        lock (_lock)
        {
            unit.NotBefore =
                clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency);
            BackFrom(unit);
            _deferred.Add(unit);
            _changed.TrySetResult();
        }
    }

    /// <summary>The unit has its verdict: its place is free and the member's next unit may go.</summary>
    public void Done(PendingUnit unit)
    {
        lock (_lock)
        {
            Of(unit.Unit.Lane).Places--;
            _queued--;
            BackFrom(unit);
            var comesBack = false;
            if (unit.OwnsMember && unit.MemberId is { } member)
            {
                unit.OwnsMember = false;
                _membersOut.Remove(member);
                if (_behindMember.Remove(member, out var behind))
                {
                    comesBack = true;
                    foreach (var next in behind)
                    {
                        Of(next.Unit.Lane).Units.Enqueue(next);
                    }
                }
            }
            // What comes back has waited already: like a first one, it starts the writers' patience whatever is out.
            if (comesBack || IsWorthSending())
            {
                _changed.TrySetResult();
            }
        }
    }

    /// <summary>Takes out every unit that no writer has and that waited too long or is past its deadline, or all of them.</summary>
    public List<PendingUnit> Withdraw(bool all)
    {
        List<PendingUnit> withdrawn = [];
        lock (_lock)
        {
            WithdrawFrom(_interactive.Units, all, withdrawn);
            WithdrawFrom(_bulk.Units, all, withdrawn);
            foreach (var behind in _behindMember.Values)
            {
                WithdrawFrom(behind, all, withdrawn);
            }
            var now = clock.GetUtcNow();
            withdrawn.AddRange(_deferred.Where(unit => all || unit.Unit.Deadline <= now));
            _deferred.RemoveAll(unit => all || unit.Unit.Deadline <= now);
        }
        return withdrawn;
    }

    /// <summary>No unit is let in any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _changed.TrySetResult();
        }
    }

    /// <summary>A batch of this size took this long: the base of the expected wait.</summary>
    public void Measured(int units, TimeSpan took)
    {
        lock (_lock)
        {
            var rate = units / Math.Max(took.TotalSeconds, 1e-6) * options.Writers;
            _unitsPerSecond = _unitsPerSecond == 0 ? rate : (0.9 * _unitsPerSecond) + (0.1 * rate);
        }
    }

    private int Waiting => _interactive.Units.Count + _bulk.Units.Count;

    private bool IsWorthSending() =>
        Waiting > 0 && Waiting >= Math.Min(_out, options.MaxBatchUnits);

    private TimeSpan Pause()
    {
        if (IsWorthSending() || (_closed && Waiting > 0))
        {
            return TimeSpan.Zero;
        }
        var pause = _closed ? DrainPause : IdlePause;
        if (_deferred.Count > 0)
        {
            pause = Shorter(pause, Until(_deferred.Min(unit => unit.NotBefore)));
        }
        if (Waiting > 0)
        {
            pause = Shorter(pause, options.FormingTime - clock.GetElapsedTime(OldestQueuedAt()));
        }
        return pause;
    }

    private TimeSpan Until(long timestamp) =>
        TimeSpan.FromSeconds((double)(timestamp - clock.GetTimestamp()) / clock.TimestampFrequency);

    private long OldestQueuedAt()
    {
        var oldest = long.MaxValue;
        foreach (var lane in (ReadOnlySpan<Lane>)[_interactive, _bulk])
        {
            if (lane.Units.TryPeek(out var first))
            {
                oldest = Math.Min(oldest, first.QueuedAt);
            }
        }
        return oldest;
    }

    private static TimeSpan Shorter(TimeSpan x, TimeSpan y) => x < y ? x : y;

    private void BackFrom(PendingUnit unit)
    {
        if (unit.IsOut)
        {
            unit.IsOut = false;
            _out--;
        }
    }

    private void SendOut(PendingUnit unit, List<PendingUnit> batch)
    {
        unit.IsOut = true;
        _out++;
        batch.Add(unit);
    }

    private Lane Of(CommitLane lane) => lane == CommitLane.Interactive ? _interactive : _bulk;

    private int Bound() =>
        (int)
            Math.Clamp(
                _unitsPerSecond * options.QueueTime.TotalSeconds,
                options.MinLaneUnits,
                Math.Max(options.MinLaneUnits, options.MaxLaneUnits)
            );

    private void TakeDeferred(List<PendingUnit> batch, int max)
    {
        var now = clock.GetTimestamp();
        for (var i = 0; i < _deferred.Count && batch.Count < max; )
        {
            if (_deferred[i].NotBefore <= now)
            {
                SendOut(_deferred[i], batch);
                _deferred.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }
    }

    private void TakeLane(Lane lane, List<PendingUnit> batch, List<PendingUnit> late, int upTo)
    {
        while (batch.Count < upTo && lane.Units.TryDequeue(out var unit))
        {
            if (clock.GetElapsedTime(unit.QueuedAt) > options.QueueTime)
            {
                late.Add(unit);
            }
            else if (unit.MemberId is not { } member || _membersOut.Add(member))
            {
                unit.OwnsMember = unit.MemberId is not null;
                SendOut(unit, batch);
            }
            else
            {
                if (!_behindMember.TryGetValue(member, out var behind))
                {
                    _behindMember[member] = behind = new Queue<PendingUnit>();
                }
                behind.Enqueue(unit);
            }
        }
    }

    private void WithdrawFrom(Queue<PendingUnit> units, bool all, List<PendingUnit> withdrawn)
    {
        for (var left = units.Count; left > 0; left--)
        {
            var unit = units.Dequeue();
            if (all || clock.GetElapsedTime(unit.QueuedAt) > options.QueueTime)
            {
                withdrawn.Add(unit);
            }
            else
            {
                units.Enqueue(unit);
            }
        }
    }
}
