namespace PointsMall.Grains.Verification;

/// <summary>A violation as it is kept.</summary>
/// <param name="Check">The check's name.</param>
/// <param name="Row">Names the row.</param>
/// <param name="Why">What is wrong with it.</param>
/// <param name="Skus">Whose sale it stops.</param>
/// <param name="IsNew">No run before has seen it.</param>
internal sealed record Finding(string Check, string Row, string Why, Guid[] Skus, bool IsNew);

/// <summary>
/// The rows of <c>verification_finding</c>: a violation is open from the first run that sees it until a run looks at its row again and finds
/// nothing. To be called in the transaction that moves the checkpoint.
/// </summary>
internal sealed class FindingStore(VerificationSession session)
{
    /// <summary>Most that one run keeps: whoever has damaged more needs no longer list.</summary>
    public const int Most = 1_000;

    private const string Keep = """
        insert into verification_finding (
            check_name, subject, why, member_id, concerns, skus, first_seen_at, last_seen_at
        )
        select
            f.check_name, f.subject, f.why, f.member_id, f.concerns,
            array(
                select sku_id from sku where sku_id = f.concerns or product_id = f.concerns
                union
                select sku_id from order_line where order_id = f.concerns
            ),
            now(), now()
        from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::uuid[])
            as f (check_name, subject, why, member_id, concerns)
        on conflict (check_name, subject) where cleared_at is null do update
        set why = excluded.why,
            last_seen_at = excluded.last_seen_at
        returning check_name, subject, why, skus, first_seen_at = last_seen_at
        """;

    private const string ClearSeenAgain = """
        update verification_finding
        set cleared_at = now()
        where cleared_at is null
            and last_seen_at < now()
            and (
                member_id = any($1)
                or (check_name = any($2) and member_id is null)
                or (check_name = $3 and concerns = any($4))
            )
        """;

    private const string ClearAll = """
        update verification_finding
        set cleared_at = now()
        where cleared_at is null
            and last_seen_at < $1
        """;

    private const string OpenMembers = """
        select distinct member_id
        from verification_finding
        where cleared_at is null
            and member_id is not null
        limit $1
        """;

    private const string OpenStock = """
        select concerns
        from verification_finding
        where cleared_at is null
            and check_name = $1
            and concerns is not null
        limit $2
        """;

    private static readonly string[] SmallChecks =
    [
        .. SharedRowChecks.Small.Select(check => check.Check.Name),
    ];

    /// <summary>Members with an open finding: a run looks at them again.</summary>
    public Task<List<Guid>> Members() => session.List(OpenMembers, row => row.GetGuid(0), Most);

    /// <summary>SKUs with an open finding about their stock.</summary>
    public Task<List<Guid>> Skus() =>
        session.List(OpenStock, row => row.GetGuid(0), Check.Stock.Name, Most);

    /// <summary>Opens findings, or says that they were seen again.</summary>
    public async Task<List<Finding>> Add(IReadOnlyList<Violation> violations)
    {
        var kept = violations
            .DistinctBy(violation => (violation.Check, violation.Row))
            .Take(Most)
            .ToList();
        return kept.Count == 0
            ? []
            : await session.List(
                Keep,
                row => new Finding(
                    row.GetString(0),
                    row.GetString(1),
                    row.GetString(2),
                    row.GetFieldValue<Guid[]>(3),
                    row.GetBoolean(4)
                ),
                kept.Select(violation => violation.Check.Name).ToArray(),
                kept.Select(violation => violation.Row).ToArray(),
                kept.Select(violation => violation.Why).ToArray(),
                kept.Select(violation => violation.MemberId).ToArray(),
                kept.Select(violation => violation.Concerns).ToArray()
            );
    }

    /// <summary>Closes what a run looked at and did not find again. Its findings must have been added before.</summary>
    public Task Clear(Guid[] members, Guid[] skus) =>
        session.Execute(ClearSeenAgain, members, SmallChecks, Check.Stock.Name, skus);

    /// <summary>Closes what a run over everything has not seen since it began.</summary>
    public Task ClearUnseenSince(DateTimeOffset begun) =>
        session.Execute(ClearAll, begun.ToUniversalTime());
}
