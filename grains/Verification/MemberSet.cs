namespace PointsMall.Grains.Verification;

/// <summary>
/// Members with ids above <paramref name="After"/>, up to and with <paramref name="UpTo"/>; of these only some when <paramref name="Only"/> is
/// set. They are a query's first three parameters.
/// </summary>
internal readonly record struct MemberSet(Guid After, Guid UpTo, Guid[]? Only = null)
{
    public static readonly Guid First = Guid.Empty;
    public static readonly Guid Last = Guid.AllBitsSet;

    public static MemberSet Of(Guid[] members) => new(First, Last, members);

    public object[] Parameters => [After, UpTo, (object?)Only ?? DBNull.Value];
}
