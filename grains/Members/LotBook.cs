using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PointsMall.Grains.Members;

/// <summary>
/// A working copy of an account's lots while one decision is made. The account's row holds the head: active lots in the order in which they
/// are spent, then pending lots by activation, at most <see cref="Account.MaxHeadLots"/> together. The rest is in <c>point_lot</c>, so every
/// paged active lot is spent after those in the head, and every paged pending lot becomes active after those in the head. A book that was
/// opened without the paged rows keeps that true or says that it needs them.
/// </summary>
internal sealed class LotBook
{
    /// <summary>Where points come from that outlived their lot.</summary>
    private static readonly long ReturnedSource = SourceOf("returned");

    private readonly Account _account;
    private readonly ImmutableArray<PagedLotChange> _pagedBefore;
    private readonly List<Lot> _active;
    private readonly List<PendingLot> _pending;

    private LotBook(
        Account account,
        ImmutableArray<PagedLotChange> paged,
        bool complete,
        List<Lot> active,
        List<PendingLot> pending
    )
    {
        _account = account;
        _pagedBefore = paged;
        Complete = complete;
        _active = active;
        _pending = pending;
    }

    /// <summary>All lots of the account are in the book.</summary>
    public bool Complete { get; }

    public int Count => _active.Count + _pending.Count + (Complete ? 0 : _account.PagedLots);

    /// <summary>Active lots in the order in which they are spent.</summary>
    public IReadOnlyList<Lot> Active => _active;

    public static LotBook Open(Account account, ImmutableArray<PagedLotChange>? pagedLots)
    {
        if (account.PagedLots == 0 || pagedLots is not { } rows)
        {
            return new(
                account,
                [],
                complete: account.PagedLots == 0,
                [.. account.Lots],
                [.. account.PendingLots]
            );
        }
        if (rows.Length != account.PagedLots)
        {
            throw new InvalidOperationException(
                $"The account has {account.PagedLots} paged lots, {rows.Length} were read."
            );
        }
        List<Lot> active = [.. account.Lots];
        List<PendingLot> pending = [.. account.PendingLots];
        foreach (var row in rows)
        {
            if (row.ActivatesAt is { } activatesAt)
            {
                pending.Add(new(row.Lot, activatesAt));
            }
            else
            {
                active.Add(row.Lot);
            }
        }
        active.Sort(SpendOrder);
        pending.Sort(ActivationOrder);
        return new(account, rows, complete: true, active, pending);
    }

    /// <summary>First 8 bytes of SHA-256 of a source's name.</summary>
    public static long SourceOf(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    /// <summary>Pending lots whose time has come become active; a lot joins an active one of its source and expiry.</summary>
    public ImmutableArray<EntryLot> Activate(DateTimeOffset now)
    {
        var due = 0;
        var touched = new List<EntryLot>();
        for (; due < _pending.Count && _pending[due].ActivatesAt <= now; due++)
        {
            var lot = _pending[due].Lot;
            Touch(touched, Add(lot), lot.Remaining, lot.ExpiresAt);
        }
        _pending.RemoveRange(0, due);
        return [.. touched];
    }

    /// <summary>Active lots whose expiry has come leave the book.</summary>
    public ImmutableArray<EntryLot> Expire(DateTimeOffset now)
    {
        var expired = 0;
        while (expired < _active.Count && _active[expired].ExpiresAt <= now)
        {
            expired++;
        }
        var touched = ImmutableArray.CreateBuilder<EntryLot>(expired);
        for (var i = 0; i < expired; i++)
        {
            touched.Add(ToEntry(_active[i], _active[i].Remaining));
        }
        _active.RemoveRange(0, expired);
        return touched.MoveToImmutable();
    }

    /// <summary>Takes points from the lots that are spent next; null when that needs the paged lots.</summary>
    public ImmutableArray<EntryLot>? Draw(long points)
    {
        var touched = ImmutableArray.CreateBuilder<EntryLot>();
        var left = points;
        var emptied = 0;
        for (var i = 0; i < _active.Count && left > 0; i++)
        {
            var lot = _active[i];
            var taken = Math.Min(lot.Remaining, left);
            touched.Add(ToEntry(lot, taken));
            left -= taken;
            if (taken == lot.Remaining)
            {
                emptied++;
            }
            else
            {
                _active[i] = lot with { Remaining = lot.Remaining - taken };
            }
        }
        if (left > 0)
        {
            return Complete
                ? throw new InvalidOperationException("The lots hold less than the balance says.")
                : null;
        }
        _active.RemoveRange(0, emptied);
        return touched.DrainToImmutable();
    }

    /// <summary>An active lot with this expiry may belong behind a paged one, or to a paged one.</summary>
    public bool NeedsPagedLotsToAdd(DateTimeOffset expiresAt) =>
        !Complete && (_active.Count == 0 || expiresAt >= _active[^1].ExpiresAt);

    /// <summary>A pending lot may belong behind a paged one, or to a paged one.</summary>
    public bool NeedsPagedLotsToAddPending(DateTimeOffset activatesAt) =>
        !Complete && (_pending.Count == 0 || activatesAt >= _pending[^1].ActivatesAt);

    /// <summary>Adds active points, to the lot of their source and expiry if there is one.</summary>
    /// <returns>The number of the lot that has them now.</returns>
    public long Add(Lot lot)
    {
        var same = _active.FindIndex(other =>
            other.Source == lot.Source && other.ExpiresAt == lot.ExpiresAt && lot.Source != 0
        );
        if (same >= 0)
        {
            Raise(same, lot.Remaining);
            return _active[same].Number;
        }
        var at = _active.BinarySearch(lot, Comparer<Lot>.Create(SpendOrder));
        _active.Insert(at < 0 ? ~at : at, lot);
        return lot.Number;
    }

    /// <summary>Adds pending points, to the lot of their source, activation and expiry if there is one.</summary>
    /// <returns>The number of the lot that has them now.</returns>
    public long AddPending(PendingLot pending)
    {
        var same = _pending.FindIndex(other =>
            other.Lot.Source == pending.Lot.Source
            && other.Lot.ExpiresAt == pending.Lot.ExpiresAt
            && other.ActivatesAt == pending.ActivatesAt
        );
        if (same >= 0)
        {
            var lot = _pending[same].Lot;
            _pending[same] = _pending[same] with
            {
                Lot = lot with { Remaining = checked(lot.Remaining + pending.Lot.Remaining) },
            };
            return lot.Number;
        }
        var at = _pending.BinarySearch(pending, Comparer<PendingLot>.Create(ActivationOrder));
        _pending.Insert(at < 0 ? ~at : at, pending);
        return pending.Lot.Number;
    }

    /// <summary>Takes up to so many points from one pending lot; null when the book has no such lot.</summary>
    public EntryLot? TakePending(long number, long points)
    {
        var at = _pending.FindIndex(pending => pending.Lot.Number == number);
        if (at < 0)
        {
            return null;
        }
        var lot = _pending[at].Lot;
        var taken = Math.Min(lot.Remaining, points);
        if (taken == lot.Remaining)
        {
            _pending.RemoveAt(at);
        }
        else
        {
            _pending[at] = _pending[at] with
            {
                Lot = lot with { Remaining = lot.Remaining - taken },
            };
        }
        return ToEntry(lot, taken);
    }

    /// <summary>
    /// Takes up to so many points from the active lot of this number or, when pending points joined another as they became active, of their
    /// source and expiry; null when the book has neither.
    /// </summary>
    public EntryLot? TakeActive(long number, long source, DateTimeOffset expiresAt, long points)
    {
        var at = _active.FindIndex(lot => lot.Number == number);
        if (at < 0)
        {
            at = _active.FindIndex(lot => lot.Source == source && lot.ExpiresAt == expiresAt);
        }
        if (at < 0)
        {
            return null;
        }
        var lot = _active[at];
        var taken = Math.Min(lot.Remaining, points);
        if (taken == lot.Remaining)
        {
            _active.RemoveAt(at);
        }
        else
        {
            _active[at] = lot with { Remaining = lot.Remaining - taken };
        }
        return ToEntry(lot, taken);
    }

    /// <summary>A pending lot whose activation was not known gets its dates and its own source; nothing when it is gone.</summary>
    public void Schedule(
        long number,
        long source,
        DateTimeOffset activatesAt,
        DateTimeOffset expiresAt
    )
    {
        var at = _pending.FindIndex(pending => pending.Lot.Number == number);
        if (at < 0)
        {
            return;
        }
        var lot = _pending[at].Lot with { Source = source, ExpiresAt = expiresAt };
        _pending.RemoveAt(at);
        var scheduled = new PendingLot(lot, activatesAt);
        var to = _pending.BinarySearch(scheduled, Comparer<PendingLot>.Create(ActivationOrder));
        _pending.Insert(to < 0 ? ~to : to, scheduled);
    }

    /// <summary>
    /// Points go back to the lots that they were drawn from; one that was emptied opens again under its number. Those of lots that had
    /// expired at <paramref name="at"/> get a new lot until <paramref name="lateUntil"/>; without that they keep their expiry, for
    /// <see cref="Expire"/> to find.
    /// </summary>
    /// <param name="lots">As they were drawn.</param>
    /// <param name="at">When they come back.</param>
    /// <param name="lateUntil">Null: what has expired is not good any more.</param>
    /// <param name="number">The number of a new lot.</param>
    /// <returns>The lots that have the points now.</returns>
    public ImmutableArray<EntryLot> GiveBack(
        ImmutableArray<EntryLot> lots,
        DateTimeOffset at,
        DateTimeOffset? lateUntil,
        long number
    )
    {
        var given = ImmutableArray.CreateBuilder<EntryLot>(lots.Length);
        var late = 0L;
        foreach (var lot in lots)
        {
            if (lateUntil is not null && lot.ExpiresAt <= at)
            {
                late += lot.Points;
            }
            else
            {
                Return(lot);
                given.Add(lot);
            }
        }
        if (late > 0)
        {
            number = Add(new(number, late, lateUntil!.Value, ReturnedSource));
            given.Add(new(number, late, lateUntil));
        }
        return given.DrainToImmutable();
    }

    /// <summary>The account with the book's lots: the head in its row, the rest as changes of <c>point_lot</c>.</summary>
    public Account Close(
        Account next,
        DateTimeOffset firstHoldEnd,
        out ImmutableArray<PagedLotChange> changes
    )
    {
        var activeHead = Math.Min(_active.Count, Account.MaxHeadLots);
        var pendingHead = Math.Min(_pending.Count, Account.MaxHeadLots - activeHead);
        var paged = ImmutableArray.CreateBuilder<PagedLotChange>();
        foreach (var lot in _active.Skip(activeHead))
        {
            paged.Add(new(lot, ActivatesAt: null));
        }
        foreach (var pending in _pending.Skip(pendingHead))
        {
            paged.Add(new(pending.Lot, pending.ActivatesAt));
        }
        var pagedLots = paged.Count + (Complete ? 0 : _account.PagedLots);
        changes = Changes(paged.DrainToImmutable());
        return next with
        {
            Lots = [.. _active.Take(activeHead)],
            PendingLots = [.. _pending.Take(pendingHead)],
            PagedLots = pagedLots,
            DueOn = DueOn(next.LastAt, firstHoldEnd),
        };
    }

    /// <summary>The balance columns and the lots must tell the same story before anything of it is written.</summary>
    public void Check(Account next)
    {
        if (
            Complete
            && (
                _active.Sum(lot => lot.Remaining) != next.Available
                || _pending.Sum(pending => pending.Lot.Remaining) != next.Pending
            )
        )
        {
            throw new InvalidOperationException("The lots do not add up to the balance.");
        }
    }

    /// <summary>
    /// A lower bound. While the account's own lies ahead it only moves to earlier: a change of an indexed column would cost every index of
    /// the row an entry. Once it has passed, it becomes exact as far as the lots are known.
    /// </summary>
    private DateTimeOffset? DueOn(DateTimeOffset now, DateTimeOffset firstHoldEnd)
    {
        var due = firstHoldEnd;
        if (_active.Count > 0 && _active[0].ExpiresAt < due)
        {
            due = _active[0].ExpiresAt;
        }
        if (_pending.Count > 0 && _pending[0].ActivatesAt < due)
        {
            due = _pending[0].ActivatesAt;
        }
        if (_account.DueOn < due && (!Complete || _account.DueOn > now))
        {
            due = _account.DueOn.Value;
        }
        return Instants.OrNever(due);
    }

    private ImmutableArray<PagedLotChange> Changes(ImmutableArray<PagedLotChange> pagedAfter)
    {
        if (_pagedBefore.IsEmpty)
        {
            return pagedAfter;
        }
        var before = _pagedBefore.ToDictionary(row => row.Lot.Number);
        var changes = ImmutableArray.CreateBuilder<PagedLotChange>();
        foreach (var row in pagedAfter)
        {
            if (!before.Remove(row.Lot.Number, out var was) || was != row)
            {
                changes.Add(row);
            }
        }
        foreach (var gone in before.Values)
        {
            changes.Add(gone with { Lot = gone.Lot with { Remaining = 0 } });
        }
        return changes.DrainToImmutable();
    }

    private void Return(EntryLot from)
    {
        var same = _active.FindIndex(lot => lot.Number == from.Number);
        if (same >= 0)
        {
            Raise(same, from.Points);
            return;
        }
        // The entry does not say which source the lot had. Without one nothing joins it, which costs a lot and no points.
        Add(new(from.Number, from.Points, from.ExpiresAt ?? DateTimeOffset.MaxValue, Source: 0));
    }

    private void Raise(int index, long points) =>
        _active[index] = _active[index] with
        {
            Remaining = checked(_active[index].Remaining + points),
        };

    private static void Touch(
        List<EntryLot> touched,
        long number,
        long points,
        DateTimeOffset expiresAt
    )
    {
        var same = touched.FindIndex(lot => lot.Number == number);
        if (same >= 0)
        {
            touched[same] = touched[same] with { Points = touched[same].Points + points };
        }
        else
        {
            touched.Add(new(number, points, Instants.OrNever(expiresAt)));
        }
    }

    private static EntryLot ToEntry(Lot lot, long points) =>
        new(lot.Number, points, Instants.OrNever(lot.ExpiresAt));

    private static int SpendOrder(Lot a, Lot b)
    {
        var byExpiry = a.ExpiresAt.CompareTo(b.ExpiresAt);
        return byExpiry != 0 ? byExpiry : a.Number.CompareTo(b.Number);
    }

    private static int ActivationOrder(PendingLot a, PendingLot b)
    {
        var byActivation = a.ActivatesAt.CompareTo(b.ActivatesAt);
        return byActivation != 0 ? byActivation : SpendOrder(a.Lot, b.Lot);
    }
}
