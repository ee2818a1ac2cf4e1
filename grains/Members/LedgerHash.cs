using PointsMall.Grains.Database;

namespace PointsMall.Grains.Members;

/// <summary>
/// The hash chain over a member's ledger. SHA-256 over typed fields in a fixed order, never over JSON: a byte for the encoding's version,
/// strings as UTF-8 behind a 32-bit length, ids as 16 bytes in their written order, integers big-endian, instants as microseconds since
/// 1970 in 64 bits (<see cref="Instants.Never"/> for none), lots as a 32-bit count and tuples. Enums enter as the text that the row holds
/// (<see cref="Names"/>), so that anybody can recompute the hash from the row alone. In full, with test vectors: docs/ledger.md.
/// </summary>
public static class LedgerHash
{
    private const byte EncodingVersion = 1;
    private const byte Absent = 0;
    private const byte Present = 1;

    /// <summary>What the first entry of a member is chained to.</summary>
    public static Hash32 Genesis(Guid memberId)
    {
        var writer = new CanonicalWriter(64);
        writer.Byte(EncodingVersion);
        writer.Text("genesis");
        writer.Id(memberId);
        return writer.Hash();
    }

    /// <summary>The hash of an entry that has its texts at hand.</summary>
    public static Hash32 Of(LedgerEntry entry) =>
        Of(entry, entry.Text is { } text ? TextHash(text) : null);

    /// <summary>
    /// The hash of an entry as its row stands: <see cref="LedgerEntry.Text"/> and <see cref="LedgerEntry.Hash"/> are not looked at, the text
    /// enters by the hash that the row keeps, so erased texts do not break the chain.
    /// </summary>
    public static Hash32 Of(LedgerEntry entry, Hash32? textHash)
    {
        var writer = new CanonicalWriter(512);
        writer.Byte(EncodingVersion);
        writer.Text("entry");
        writer.Id(entry.MemberId);
        writer.Int64(entry.Sequence);
        writer.Text(Names.Of(entry.Type));
        writer.Text(Names.Of(entry.Account));
        writer.Int64(entry.Points);
        writer.Text(entry.Contra);
        writer.Int64(entry.BalanceAfter);
        writer.Int32(entry.Lots.Length);
        foreach (var lot in entry.Lots)
        {
            writer.Int64(lot.Number);
            writer.Int64(lot.Points);
            writer.Instant(lot.ExpiresAt ?? DateTimeOffset.MaxValue);
        }
        writer.Text(entry.CauseKind);
        writer.Id(entry.CauseId);
        writer.Text(Names.Of(entry.Actor));
        if (textHash is { } text)
        {
            writer.Byte(Present);
            writer.Hash(text);
        }
        else
        {
            writer.Byte(Absent);
        }
        writer.Instant(entry.OccurredAt);
        writer.Hash(entry.PreviousHash);
        return writer.Hash();
    }

    /// <summary>What stands for the texts: without the salt nobody can try out names against it.</summary>
    public static Hash32 TextHash(LedgerText text)
    {
        var writer = new CanonicalWriter(256);
        writer.Bytes(text.Salt.AsSpan());
        writer.Text(text.ActorName);
        writer.Text(text.Reason);
        return writer.Hash();
    }
}
