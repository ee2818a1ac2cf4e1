namespace PointsMall.Grains.Members;

/// <summary>placeholder</summary>
public static class LedgerHash
{
    public static Hash32 Genesis(Guid memberId) => default;
}
