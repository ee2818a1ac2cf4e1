using System.Data.Common;

namespace PointsMall.Grains.Members;

/// <summary>Reads an account from its row: the columns in the order in which the loader and the verifier select them.</summary>
public static class AccountRow
{
    public static Account Read(DbDataReader row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var columns = new AccountColumns
        {
            MemberId = row.GetGuid(0),
            Version = row.GetInt64(1),
            Available = row.GetInt64(2),
            Held = row.GetInt64(3),
            Pending = row.GetInt64(4),
            Debt = row.GetInt64(5),
            LifetimeEarned = row.GetInt64(6),
            LifetimeSpent = row.GetInt64(7),
            Sequence = row.GetInt64(8),
            HeadHash = Hash32.FromBytes(row.GetFieldValue<byte[]>(9)),
            LastAt = row.GetFieldValue<DateTimeOffset>(10),
            DueOn = row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
            DeactivatedAt = row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
        };
        return AccountCodec.Decode(columns, row.GetFieldValue<byte[]>(12));
    }
}
