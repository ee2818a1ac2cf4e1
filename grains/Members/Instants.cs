namespace PointsMall.Grains.Members;

/// <summary>
/// Instants as the database keeps them: UTC, whole microseconds. Whatever is written, hashed or compared with a row goes through here,
/// so that a value read back equals the one that was decided.
/// </summary>
public static class Instants
{
    /// <summary>How "never" is written where an instant is a number.</summary>
    public const long Never = long.MaxValue;

    public static DateTimeOffset Truncate(DateTimeOffset instant) =>
        new(instant.UtcTicks - instant.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    /// <summary>Microseconds since 1970; <see cref="Never"/> for <see cref="DateTimeOffset.MaxValue"/>.</summary>
    public static long ToMicroseconds(DateTimeOffset instant) =>
        instant == DateTimeOffset.MaxValue
            ? Never
            : (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        microseconds == Never
            ? DateTimeOffset.MaxValue
            : DateTimeOffset.UnixEpoch.AddTicks(
                checked(microseconds * TimeSpan.TicksPerMicrosecond)
            );

    public static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    /// <summary>The expiry as entries and answers show it: null for never.</summary>
    public static DateTimeOffset? OrNever(DateTimeOffset expiresAt) =>
        expiresAt == DateTimeOffset.MaxValue ? null : expiresAt;
}
