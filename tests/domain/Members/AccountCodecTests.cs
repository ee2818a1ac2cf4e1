using System.Buffers.Binary;

namespace PointsMall.Tests.Domain.Members;

public sealed class AccountCodecTests
{
    /// <summary>As the table checks it.</summary>
    private const int MaxState = 1_300;

    [Fact]
    public void Any_account_that_the_rules_can_reach_comes_back_as_it_was() =>
        Gen.Select(Steps.Settings, Steps.Many)
            .Sample(
                (settings, steps) =>
                {
                    var journey = new MemberJourney(settings);
                    foreach (var step in steps)
                    {
                        journey.Take(step);
                    }
                    var state = AccountCodec.Encode(journey.Account);
                    Assert.InRange(state.Length, AccountCodec.HeaderSize, MaxState);
                    AssertSame(journey.Account, Decode(journey.Account, state));
                },
                iter: 100,
                threads: 1
            );

    [Fact]
    public void Extreme_values_come_back_as_they_were_and_full_lists_fit_the_column()
    {
        var instants = Gen.OneOf(
            Gen.Const(DateTimeOffset.MaxValue),
            Gen.Const(DateTimeOffset.UnixEpoch),
            Gen.Long[-10_000_000_000_000_000, 200_000_000_000_000_000]
                .Select(Instants.FromMicroseconds)
        );
        var lots = Gen.Select(
            Gen.Int[1, int.MaxValue],
            Gen.Long[1, long.MaxValue],
            instants,
            Gen.Long,
            (number, remaining, expiresAt, source) => new Lot(number, remaining, expiresAt, source)
        );
        var pending = Gen.Select(
            lots,
            instants,
            (lot, activatesAt) => new PendingLot(lot, activatesAt)
        );
        var keys = Gen.Select(
            Gen.ULong,
            Gen.ULong,
            Gen.Long,
            (high, low, version) => new RecentKey(new UInt128(high, low), version)
        );
        var counters = Gen.Select(
            Gen.Guid,
            Gen.Enum<LimitWindow>(),
            instants,
            Gen.Int[0, int.MaxValue],
            (sku, window, start, count) => new LimitCounter(sku, new(window, start, count))
        );
        Gen.Select(
                Gen.Int[0, Account.MaxHeadLots],
                lots.Array[Account.MaxHeadLots],
                pending.Array[Account.MaxHeadLots],
                keys.Array[0, Account.MaxRecentKeys],
                counters.Array[0, Account.MaxHeadCounters],
                Gen.Select(Gen.Int, Gen.Int, Gen.Long)
            )
            .Sample(
                (active, someLots, somePending, someKeys, someCounters, counts) =>
                {
                    var account = Accounts.Empty(Guid.AllBitsSet, DateTimeOffset.UnixEpoch) with
                    {
                        Lots = [.. someLots.Take(active)],
                        PendingLots = [.. somePending.Skip(active)],
                        RecentKeys = [.. someKeys],
                        Counters = [.. someCounters],
                        PagedLots = counts.Item1,
                        PagedCounters = counts.Item2,
                        KeyedCommands = counts.Item3,
                    };
                    var state = AccountCodec.Encode(account);
                    Assert.InRange(state.Length, AccountCodec.HeaderSize, MaxState);
                    AssertSame(account, Decode(account, state));
                }
            );
    }

    [Fact]
    public void Numbers_are_big_endian_at_the_places_that_SQL_reads()
    {
        var sku = new Guid("00112233-4455-6677-8899-aabbccddeeff");
        var account = Accounts.Empty(Guid.Empty, DateTimeOffset.UnixEpoch) with
        {
            Lots = [new(Number: 5, Remaining: 6, DateTimeOffset.MaxValue, Source: 7)],
            PendingLots =
            [
                new(new(8, 9, Instants.FromMicroseconds(10), 11), Instants.FromMicroseconds(12)),
            ],
            RecentKeys = [new(new UInt128(13, 14), 15)],
            Counters = [new(sku, new(LimitWindow.Week, Instants.FromMicroseconds(16), 17))],
            PagedLots = 18,
            PagedCounters = 19,
            KeyedCommands = 20,
        };

        var state = AccountCodec.Encode(account);

        Assert.Equal([1, 1, 1, 1, 1], state[..5]);
        Assert.Equal(18, BinaryPrimitives.ReadInt32BigEndian(state.AsSpan(5)));
        Assert.Equal(19, BinaryPrimitives.ReadInt32BigEndian(state.AsSpan(9)));
        Assert.Equal(20, BinaryPrimitives.ReadInt64BigEndian(state.AsSpan(13)));
        Assert.Equal(5, BinaryPrimitives.ReadInt32BigEndian(state.AsSpan(21)));
        Assert.Equal(long.MaxValue, BinaryPrimitives.ReadInt64BigEndian(state.AsSpan(33)));
        Assert.Equal(12, BinaryPrimitives.ReadInt64BigEndian(state.AsSpan(49 + 28)));
        Assert.Equal(15, BinaryPrimitives.ReadInt64BigEndian(state.AsSpan(85 + 16)));
        Assert.Equal(sku.ToByteArray(bigEndian: true), state[109..125]);
        Assert.Equal((byte)LimitWindow.Week, state[125]);
        Assert.Equal(17, BinaryPrimitives.ReadInt32BigEndian(state.AsSpan(134)));
        Assert.Equal(138, state.Length);
    }

    [Fact]
    public void Another_format_and_a_cut_state_are_refused_by_name()
    {
        var account = Accounts.Empty(Guid.Empty, DateTimeOffset.UnixEpoch);
        var state = AccountCodec.Encode(account);

        Assert.Contains(
            "format 2",
            Assert.Throws<FormatException>(() => Decode(account, [2, .. state[1..]])).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<FormatException>(() => Decode(account, []));
        Assert.Throws<FormatException>(() => Decode(account, state[..^1]));
        Assert.Throws<FormatException>(() => Decode(account, [.. state, 0]));
    }

    [Fact]
    public void A_head_that_is_too_long_is_never_written()
    {
        var lots = Enumerable
            .Range(1, Account.MaxHeadLots + 1)
            .Select(n => new Lot(n, 1, DateTimeOffset.MaxValue, n));
        var account = Accounts.Empty(Guid.Empty, DateTimeOffset.UnixEpoch) with
        {
            Lots = [.. lots],
        };

        Assert.Throws<InvalidOperationException>(() => AccountCodec.Encode(account));
    }

    private static Account Decode(Account columns, byte[] state) =>
        AccountCodec.Decode(
            new()
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
            },
            state
        );

    private static void AssertSame(Account expected, Account actual)
    {
        Assert.Equal(expected.Lots, actual.Lots);
        Assert.Equal(expected.PendingLots, actual.PendingLots);
        Assert.Equal(expected.RecentKeys, actual.RecentKeys);
        Assert.Equal(expected.Counters, actual.Counters);
        // What is left are plain values, which a record compares.
        Assert.Equal(WithoutLists(expected), WithoutLists(actual));
    }

    private static Account WithoutLists(Account account) =>
        account with
        {
            Lots = [],
            PendingLots = [],
            RecentKeys = [],
            Counters = [],
        };
}
