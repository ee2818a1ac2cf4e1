using Npgsql;
using NpgsqlTypes;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Members;

/// <summary>Finds the member that stands in a registration's way.</summary>
public sealed class RegistrationRecords(MallDatabase database)
{
    // In the order in which they decide: the command itself, sent again; its key; the external id. Each is one look at an index.
    private const string Find = """
        select how, member_id, fingerprint
        from (
            select 1 as how, member_id, fingerprint
            from member
            where member_id = $1 and commit_id = $2
            union all
            select 2, member_id, fingerprint
            from member
            where principal = $3 and key = $4
            union all
            select 3, member_id, fingerprint
            from member
            where external_id = $5
        ) m
        order by how
        limit 1
        """;

    public async Task<RegisteredMember?> FindFirst(RegisterMemberCommand command)
    {
        var header = command.Header;
        await using var find = database.Loads.CreateCommand(Find);
        find.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = command.MemberId });
        find.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = header.CommandId });
        find.Parameters.Add(new NpgsqlParameter<string> { TypedValue = header.Principal });
        find.Parameters.Add(OrNull(header.Key));
        find.Parameters.Add(OrNull(command.ExternalId));
        await using var reader = await find.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new RegisteredMember(
                (FoundBy)reader.GetInt32(0),
                reader.GetGuid(1),
                reader.GetFieldValue<byte[]>(2)
            )
            : null;
    }

    private static NpgsqlParameter OrNull(string? text) =>
        new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}

/// <summary>How a member was found.</summary>
public enum FoundBy
{
    /// <summary>This command has registered it; its answer got lost.</summary>
    Command = 1,

    /// <summary>An earlier command of the same principal and key has.</summary>
    Key = 2,

    /// <summary>It has the external id.</summary>
    ExternalId = 3,
}

/// <summary>A member who is registered already.</summary>
public sealed record RegisteredMember(FoundBy By, Guid MemberId, ReadOnlyMemory<byte> Fingerprint);
