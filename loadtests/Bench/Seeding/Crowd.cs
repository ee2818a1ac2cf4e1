using System.Buffers.Binary;

namespace PointsMall.LoadTests.Bench.Seeding;

/// <summary>Members as they are to be made. The same values give the same members, so a crowd that was made once can be named again.</summary>
/// <param name="Seed">Two crowds of one mall differ in it.</param>
/// <param name="Members">Members in all.</param>
/// <param name="Rich">Of these, spread evenly over all: members who redeem, with many lots and five limit counters.</param>
/// <param name="LotsEach">Lots of a rich member, 1 to 24.</param>
/// <param name="PointsEach">Points of a rich member before their first order.</param>
/// <param name="OtherEntries">Ledger entries of all others together.</param>
/// <param name="At">When they were made: nothing of theirs expires before, or happened after.</param>
public sealed record Crowd(
    long Seed,
    int Members,
    int Rich,
    int LotsEach,
    long PointsEach,
    long OtherEntries,
    DateTimeOffset At
)
{
    /// <summary>Entries of a rich member: a grant for each lot, and an order.</summary>
    public int RichEntries => LotsEach + 1;

    public long LedgerRows => (long)Rich * RichEntries + OtherEntries;

    /// <summary>Ids rise with the number, and those of two crowds lie between each other: members of one are not neighbours on disk and in indexes.</summary>
    public Guid MemberId(int number)
    {
        var from = At.AddDays(-730);
        var step = TimeSpan.FromDays(700) / Members;
        var bits = BitsOf(number);
        var registered = from + step * (number + bits.NextShare());
        return bits.NextId(registered);
    }

    public bool IsRich(int number) => RichBefore(number + 1) > RichBefore(number);

    /// <summary>The number of the n-th rich member.</summary>
    public int RichNumber(int index)
    {
        // The first number whose share of the rich reaches index + 1.
        var number = (int)(((long)index * Members + Members - 1) / Rich);
        while (!IsRich(number) || RichBefore(number) < index)
        {
            number++;
        }
        return number;
    }

    /// <summary>Ledger entries of a member.</summary>
    public int EntriesOf(int number)
    {
        if (IsRich(number))
        {
            return RichEntries;
        }
        var others = Members - Rich;
        var index = number - RichBefore(number);
        return (int)(OtherEntries * (index + 1) / others - OtherEntries * index / others);
    }

    /// <summary>What is random about a member.</summary>
    internal Bits BitsOf(int number) => new(Seed, number);

    private long RichBefore(int number) => (long)number * Rich / Members;

    /// <summary>SplitMix64: a stream of bits for each member of each crowd.</summary>
    internal struct Bits(long seed, int number)
    {
        private ulong _state = Mix((ulong)seed) ^ Mix((ulong)number + 0x632BE59BD9B4E019);

        public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

        /// <summary>At least 0, below 1.</summary>
        public double NextShare() => (Next() >> 11) * (1.0 / (1UL << 53));

        public byte[] NextBytes(int count)
        {
            var bytes = new byte[count];
            for (var at = 0; at < count; at += 8)
            {
                BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at), Next());
            }
            return bytes;
        }

        /// <summary>A UUIDv7.</summary>
        public Guid NextId(DateTimeOffset at)
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Next());
            BinaryPrimitives.WriteUInt64BigEndian(
                bytes,
                ((ulong)at.ToUnixTimeMilliseconds() << 16) | (Next() & 0xFFFF)
            );
            bytes[6] = (byte)(0x70 | (bytes[6] & 0x0F)); // version 7
            bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F)); // variant of RFC 9562
            return new Guid(bytes, bigEndian: true);
        }

        private static ulong Mix(ulong x)
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }
}
