using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Members;

/// <summary>Finds accounts whose points have fallen due.</summary>
public sealed class DueAccounts(MallDatabase database)
{
    /// <summary>Slices of the member ids; one sweeper each.</summary>
    public const int Slices = 8;

    // The partial index on due_on holds due and future accounts only; a slice takes every eighth of them by the id's last, random byte.
    private const string Page = """
        select due_on, member_id
        from member_account
        where due_on <= $1
            and (due_on, member_id) > ($2, $3)
            and get_byte(uuid_send(member_id), 15) % 8 = $4
        order by due_on, member_id
        limit $5
        """;

    /// <summary>At most <paramref name="count"/> accounts behind <paramref name="after"/> that are due at <paramref name="now"/>, oldest first.</summary>
    public async Task<ImmutableArray<DueAccount>> Next(
        int slice,
        DateTimeOffset now,
        DueAccount after,
        int count,
        CancellationToken cancellation
    )
    {
        await using var command = database.Loads.CreateCommand(Page);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = after.DueOn });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after.MemberId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = slice });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var page = ImmutableArray.CreateBuilder<DueAccount>();
        while (await reader.ReadAsync(cancellation))
        {
            page.Add(new DueAccount(reader.GetFieldValue<DateTimeOffset>(0), reader.GetGuid(1)));
        }
        return page.DrainToImmutable();
    }
}

/// <summary>An account and since when something of it is due, at the earliest.</summary>
public readonly record struct DueAccount(DateTimeOffset DueOn, Guid MemberId)
{
    /// <summary>Before every account.</summary>
    public static DueAccount None { get; } = new(DateTimeOffset.UnixEpoch, Guid.Empty);
}
