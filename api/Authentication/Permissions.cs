namespace PointsMall.Api.Authentication;

/// <summary>What a staff or partner token may allow, in its claim <c>permissions</c>.</summary>
internal static class Permissions
{
    public const string MembersRead = "members:read";
    public const string MembersWrite = "members:write";
    public const string PointsGrant = "points:grant";
    public const string PointsDeduct = "points:deduct";
    public const string PointsHold = "points:hold";
    public const string PointsAdjust = "points:adjust";
    public const string PointsApprove = "points:approve";
    public const string CatalogueWrite = "catalogue:write";
    public const string StockRead = "stock:read";
    public const string StockWrite = "stock:write";
    public const string LedgerRead = "ledger:read";
    public const string ReportsRead = "reports:read";
    public const string ProgrammeRead = "programme:read";
    public const string ProgrammeWrite = "programme:write";
    public const string VerificationRead = "verification:read";
    public const string VerificationWrite = "verification:write";
    public const string RulesRead = "rules:read";
    public const string RulesWrite = "rules:write";
    public const string EventsWrite = "events:write";
    public const string EarningsPreview = "earnings:preview";
    public const string OperationsRead = "operations:read";

    /// <summary>The policy of the member's own endpoints; not a permission that a token can carry.</summary>
    public const string Member = "member";

    /// <summary>Every permission there is.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        MembersRead,
        MembersWrite,
        PointsGrant,
        PointsDeduct,
        PointsHold,
        PointsAdjust,
        PointsApprove,
        CatalogueWrite,
        StockRead,
        StockWrite,
        LedgerRead,
        ReportsRead,
        ProgrammeRead,
        ProgrammeWrite,
        VerificationRead,
        VerificationWrite,
        RulesRead,
        RulesWrite,
        EventsWrite,
        EarningsPreview,
        OperationsRead,
    ];
}
