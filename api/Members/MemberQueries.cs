using Dapper;
using Npgsql;

namespace PointsMall.Api.Members;

/// <summary>Whether a member is there: an empty list of somebody who exists is not the same as nobody's list.</summary>
internal static class MemberQueries
{
    private const string MemberExists = """
        select exists (select from mall.member where member_id = @memberId)
        """;

    public static Task<bool> Exists(
        NpgsqlConnection connection,
        Guid memberId,
        CancellationToken cancelled
    ) =>
        connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(MemberExists, new { memberId }, cancellationToken: cancelled)
        );
}
