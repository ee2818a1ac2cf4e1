using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using PointsMall.Api.Authentication;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Verification;

/// <summary>What the continuous verification of the books has done and found, for staff.</summary>
internal static class VerificationEndpoints
{
    public static void Map(IEndpointRouteBuilder verification) =>
        verification
            .MapGet("", Get)
            .RequireAuthorization(Permissions.VerificationRead)
            .WithName("getVerification")
            .WithSummary("The last runs of the verification and what they found")
            .WithDescription(
                "Findings that are open come first, the newest of each kind before older ones, at most 100 in all. Rows are named by ids only."
            );

    private static async Task<Ok<VerificationAnswer>> Get(
        VerificationQueries queries,
        CancellationToken cancelled
    ) => TypedResults.Ok(await queries.Read(cancelled));
}

/// <summary>Reads what the silo that verifies has written.</summary>
internal sealed class VerificationQueries(NpgsqlDataSource database)
{
    private const string Select = """
        select recent_at, recent_seconds, full_begun_at, full_at, full_seconds
        from mall.verification;

        select finding_id, check_name, subject, why, skus, first_seen_at, last_seen_at, stopped_at, cleared_at
        from mall.verification_finding
        order by cleared_at is not null, finding_id desc
        limit 100
        """;

    public async Task<VerificationAnswer> Read(CancellationToken cancelled)
    {
        await using var connection = await database.OpenConnectionAsync(cancelled);
        await using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(Select, cancellationToken: cancelled)
        );
        var runs = await results.ReadSingleAsync<RunsRow>();
        var findings = await results.ReadAsync<FindingRow>();
        return new VerificationAnswer
        {
            Recent = new VerificationRunAnswer
            {
                BegunAt = null,
                EndedAt = runs.RecentAt.ToInstant(),
                Seconds = runs.RecentSeconds,
            },
            Full = new VerificationRunAnswer
            {
                BegunAt = runs.FullBegunAt.ToInstant(),
                EndedAt = runs.FullAt.ToInstant(),
                Seconds = runs.FullSeconds,
            },
            Findings = [.. findings.Select(row => row.ToAnswer())],
        };
    }

    private sealed class RunsRow
    {
        public DateTime? RecentAt { get; init; }
        public double RecentSeconds { get; init; }
        public DateTime? FullBegunAt { get; init; }
        public DateTime? FullAt { get; init; }
        public double FullSeconds { get; init; }
    }

    private sealed class FindingRow
    {
        public long FindingId { get; init; }
        public string CheckName { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Why { get; init; } = "";
        public Guid[] Skus { get; init; } = [];
        public DateTime? FirstSeenAt { get; init; }
        public DateTime? LastSeenAt { get; init; }
        public DateTime? StoppedAt { get; init; }
        public DateTime? ClearedAt { get; init; }

        public FindingAnswer ToAnswer() =>
            new()
            {
                FindingId = FindingId,
                Check = CheckName,
                Row = Subject,
                Why = Why,
                SkuIds = Skus,
                FirstSeenAt = FirstSeenAt.ToInstant()!.Value,
                LastSeenAt = LastSeenAt.ToInstant()!.Value,
                SaleStoppedAt = StoppedAt.ToInstant(),
                ClearedAt = ClearedAt.ToInstant(),
            };
    }
}
