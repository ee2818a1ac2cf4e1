using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Earning;

/// <summary>Reads of a member what its registration tells.</summary>
public sealed class RegisteredMembers(MallDatabase database) : IEarningInputs
{
    private const string Find = """
        select created_at
        from member
        where member_id = $1
        """;

    public async Task<EarningInputs?> Read(Guid memberId)
    {
        await using var find = database.Loads.CreateCommand(Find);
        find.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = memberId });
        return await find.ExecuteScalarAsync() is DateTime createdAt
            ? new EarningInputs(
                new MemberFacts { RegisteredAt = new DateTimeOffset(createdAt, TimeSpan.Zero) },
                EarningCounters.Empty
            )
            : null;
    }
}
