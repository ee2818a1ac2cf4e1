namespace PointsMall.Grains.Verification;

/// <summary>Members with ids above <paramref name="After"/>, up to and with <paramref name="UpTo"/>.</summary>
internal readonly record struct MemberRange(Guid After, Guid UpTo)
{
    public static readonly Guid First = Guid.Empty;
    public static readonly Guid Last = Guid.AllBitsSet;
}
