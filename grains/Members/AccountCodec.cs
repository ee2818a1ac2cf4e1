using System.Buffers.Binary;

namespace PointsMall.Grains.Members;

/// <summary>The columns of <c>member_account</c> beside <c>state</c>.</summary>
public readonly record struct AccountColumns
{
    public required Guid MemberId { get; init; }
    public required long Version { get; init; }
    public required long Available { get; init; }
    public required long Held { get; init; }
    public required long Pending { get; init; }
    public required long Debt { get; init; }
    public required long LifetimeEarned { get; init; }
    public required long LifetimeSpent { get; init; }
    public required long Sequence { get; init; }
    public required Hash32 HeadHash { get; init; }
    public required DateTimeOffset LastAt { get; init; }
    public required DateTimeOffset? DueOn { get; init; }
    public DateTimeOffset? DeactivatedAt { get; init; }
}

/// <summary>
/// The column <c>state</c>: the lists of an account, every number big-endian and of fixed width, because SQL reads the lots too
/// (migration 020_balance_view.sql).
/// <code>
/// byte      version (1), active lots, pending lots, recent keys, counters
/// int32     paged lots, paged counters
/// int64     keyed commands
/// 28 bytes  an active lot: number int32, remaining int64, expires-at int64, source int64
/// 36 bytes  a pending lot: the same and activates-at int64
/// 24 bytes  a recent key: hash 16 bytes, version int64
/// 29 bytes  a counter: SKU id 16 bytes, window uint8, window start int64, count int32
/// </code>
/// Instants are microseconds since 1970, <see cref="Instants.Never"/> for never. Full lists take 1,222 bytes.
/// </summary>
public static class AccountCodec
{
    public const byte FormatVersion = 1;
    public const int HeaderSize = 21;
    public const int LotSize = 28;
    public const int PendingLotSize = 36;
    public const int KeySize = 24;
    public const int CounterSize = 29;

    public static byte[] Encode(Account account)
    {
        Check(account);
        var state = new byte[
            HeaderSize
                + account.Lots.Length * LotSize
                + account.PendingLots.Length * PendingLotSize
                + account.RecentKeys.Length * KeySize
                + account.Counters.Length * CounterSize
        ];
        state[0] = FormatVersion;
        state[1] = (byte)account.Lots.Length;
        state[2] = (byte)account.PendingLots.Length;
        state[3] = (byte)account.RecentKeys.Length;
        state[4] = (byte)account.Counters.Length;
        var rest = state.AsSpan(5);
        Put(ref rest, account.PagedLots);
        Put(ref rest, account.PagedCounters);
        Put(ref rest, account.KeyedCommands);
        foreach (var lot in account.Lots)
        {
            Put(ref rest, lot);
        }
        foreach (var pending in account.PendingLots)
        {
            Put(ref rest, pending.Lot);
            Put(ref rest, Instants.ToMicroseconds(pending.ActivatesAt));
        }
        foreach (var key in account.RecentKeys)
        {
            BinaryPrimitives.WriteUInt128BigEndian(rest, key.Hash);
            rest = rest[16..];
            Put(ref rest, key.Version);
        }
        foreach (var counter in account.Counters)
        {
            counter.SkuId.TryWriteBytes(rest, bigEndian: true, out _);
            rest[16] = (byte)counter.Redeemed.Window;
            rest = rest[17..];
            Put(ref rest, Instants.ToMicroseconds(counter.Redeemed.WindowStart));
            Put(ref rest, checked((int)counter.Redeemed.Count));
        }
        return state;
    }

    /// <exception cref="FormatException">The state was written in another format, or is cut short.</exception>
    public static Account Decode(in AccountColumns columns, ReadOnlySpan<byte> state)
    {
        if (state.Length < HeaderSize || state[0] != FormatVersion)
        {
            throw new FormatException(
                state.IsEmpty
                    ? "The account's state is empty."
                    : $"The account's state has format {state[0]}; this version reads format {FormatVersion}."
            );
        }
        var (lots, pending, keys, counters) = (state[1], state[2], state[3], state[4]);
        var length =
            HeaderSize
            + lots * LotSize
            + pending * PendingLotSize
            + keys * KeySize
            + counters * CounterSize;
        if (state.Length != length)
        {
            throw new FormatException(
                $"The account's state has {state.Length} bytes; its header says {length}."
            );
        }
        var rest = state[5..];
        return new Account
        {
            MemberId = columns.MemberId,
            Version = columns.Version,
            Available = columns.Available,
            Held = columns.Held,
            Pending = columns.Pending,
            Debt = columns.Debt,
            LifetimeEarned = columns.LifetimeEarned,
            LifetimeSpent = columns.LifetimeSpent,
            Sequence = columns.Sequence,
            HeadHash = columns.HeadHash,
            LastAt = columns.LastAt,
            DueOn = columns.DueOn,
            DeactivatedAt = columns.DeactivatedAt,
            // Initialisers run in this order: it is the order of the bytes.
            PagedLots = Int32(ref rest),
            PagedCounters = Int32(ref rest),
            KeyedCommands = Int64(ref rest),
            Lots = Lots(ref rest, lots),
            PendingLots = PendingLots(ref rest, pending),
            RecentKeys = Keys(ref rest, keys),
            Counters = Counters(ref rest, counters),
        };
    }

    private static void Check(Account account)
    {
        if (
            account.Lots.Length + account.PendingLots.Length > Account.MaxHeadLots
            || account.RecentKeys.Length > Account.MaxRecentKeys
            || account.Counters.Length > Account.MaxHeadCounters
        )
        {
            throw new InvalidOperationException(
                "An account's head is longer than its row may hold."
            );
        }
    }

    private static ImmutableArray<Lot> Lots(ref ReadOnlySpan<byte> rest, int count)
    {
        var lots = ImmutableArray.CreateBuilder<Lot>(count);
        for (var i = 0; i < count; i++)
        {
            lots.Add(Lot(ref rest));
        }
        return lots.MoveToImmutable();
    }

    private static ImmutableArray<PendingLot> PendingLots(ref ReadOnlySpan<byte> rest, int count)
    {
        var lots = ImmutableArray.CreateBuilder<PendingLot>(count);
        for (var i = 0; i < count; i++)
        {
            lots.Add(new(Lot(ref rest), Instants.FromMicroseconds(Int64(ref rest))));
        }
        return lots.MoveToImmutable();
    }

    private static ImmutableArray<RecentKey> Keys(ref ReadOnlySpan<byte> rest, int count)
    {
        var keys = ImmutableArray.CreateBuilder<RecentKey>(count);
        for (var i = 0; i < count; i++)
        {
            var hash = BinaryPrimitives.ReadUInt128BigEndian(rest);
            rest = rest[16..];
            keys.Add(new(hash, Int64(ref rest)));
        }
        return keys.MoveToImmutable();
    }

    private static ImmutableArray<LimitCounter> Counters(ref ReadOnlySpan<byte> rest, int count)
    {
        var counters = ImmutableArray.CreateBuilder<LimitCounter>(count);
        for (var i = 0; i < count; i++)
        {
            var sku = new Guid(rest[..16], bigEndian: true);
            var window = (LimitWindow)rest[16];
            rest = rest[17..];
            var start = Instants.FromMicroseconds(Int64(ref rest));
            counters.Add(new(sku, new(window, start, Int32(ref rest))));
        }
        return counters.MoveToImmutable();
    }

    private static Lot Lot(ref ReadOnlySpan<byte> rest) =>
        new(
            Int32(ref rest),
            Int64(ref rest),
            Instants.FromMicroseconds(Int64(ref rest)),
            Int64(ref rest)
        );

    private static void Put(ref Span<byte> rest, Lot lot)
    {
        Put(ref rest, checked((int)lot.Number));
        Put(ref rest, lot.Remaining);
        Put(ref rest, Instants.ToMicroseconds(lot.ExpiresAt));
        Put(ref rest, lot.Source);
    }

    private static void Put(ref Span<byte> rest, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(rest, value);
        rest = rest[4..];
    }

    private static void Put(ref Span<byte> rest, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(rest, value);
        rest = rest[8..];
    }

    private static int Int32(ref ReadOnlySpan<byte> rest)
    {
        var value = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[4..];
        return value;
    }

    private static long Int64(ref ReadOnlySpan<byte> rest)
    {
        var value = BinaryPrimitives.ReadInt64BigEndian(rest);
        rest = rest[8..];
        return value;
    }
}
