using Dapper;
using Npgsql;

namespace PointsMall.Api.Members;

/// <summary>Whether a member is there: an empty list of somebody who exists is not the same as nobody's list.</summary>
internal static class MemberQueries
{
    private const string MemberExists = """
        select exists (select from mall.member where member_id = @memberId)
        """;

    /// <summary>The rows, or null when there are none because there is no such member.</summary>
    public static async Task<List<T>?> Rows<T>(
        NpgsqlConnection connection,
        CommandDefinition select,
        Guid memberId
    )
    {
        var rows = (await connection.QueryAsync<T>(select)).AsList();
        return rows.Count > 0 || await Exists(connection, memberId, select.CancellationToken)
            ? rows
            : null;
    }

    public static Task<bool> Exists(
        NpgsqlConnection connection,
        Guid memberId,
        CancellationToken cancelled
    ) =>
        connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(MemberExists, new { memberId }, cancellationToken: cancelled)
        );
}
