using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Orders;
using PointsMall.Api.Problems;
using PointsMall.Api.Reports;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Members;

/// <summary>Members as staff and partners see them.</summary>
internal static class MemberEndpoints
{
    public static void Map(IEndpointRouteBuilder members)
    {
        members
            .MapPost("", Register)
            .RequireAuthorization(Permissions.MembersWrite)
            .WithName("registerMember")
            .WithSummary("Register a member")
            .WithDescription(
                "201 with a new member, or 200 with the member that has the `externalId` already; nothing of that member is changed."
            )
            .Takes<RegisterMemberRequest>()
            .WithKey(required: false)
            .WithLocation();
        members
            .MapGet("/{memberId:uuid}", Get)
            .RequireAuthorization(Permissions.MembersRead)
            .WithName("getMember")
            .WithSummary("A member's profile and balance")
            .Refuses(Errors.MemberNotFound);
        members
            .MapGet("/{memberId:uuid}/balance", GetBalance)
            .RequireAuthorization(Permissions.MembersRead)
            .WithName("getMemberBalance")
            .WithSummary("A member's balance, now or at a past instant")
            .WithDescription(
                "Now: points that expired or became available by now are counted as such. At a past instant: as the ledger stood then."
            )
            .WithQuery(ReportEndpoints.At)
            .Refuses(Errors.MemberNotFound);
        members
            .MapGet("/{memberId:uuid}/ledger", GetLedger)
            .RequireAuthorization(Permissions.MembersRead)
            .WithName("listMemberLedger")
            .WithSummary("The history of a member's points, newest first")
            .WithLedgerQuery();
        members
            .MapGet("/{memberId:uuid}/orders", GetOrders)
            .RequireAuthorization(Permissions.MembersRead)
            .WithName("listMemberOrders")
            .WithSummary("A member's orders, newest first")
            .WithOrdersQuery();
    }

    private static async Task<Results<Created<MemberAnswer>, Ok<MemberAnswer>, Problem>> Register(
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls,
        BalanceQueries balances,
        TimeProvider clock
    )
    {
        var body = await JsonBody<RegisterMemberRequest>.Read(http);
        var fields = body.Value.Checked();
        var header = headers.Of(http, body, "register_member");
        var memberId = Guid.CreateVersion7(clock.GetUtcNow());
        var outcome = await calls.Send(
            header,
            (grains, attempt) =>
                grains
                    .GetGrain<IMemberRegistryGrain>(0)
                    .Register(
                        new RegisterMemberCommand
                        {
                            Header = attempt,
                            MemberId = memberId,
                            ExternalId = fields.ExternalId,
                            DisplayName = fields.DisplayName!,
                            Email = fields.Email,
                            Phone = fields.Phone,
                        }
                    )
        );
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        http.Response.MarkReplayed(result);
        // The command is done: hanging up now must not turn it into an error.
        var member = MemberAnswer.Of(
            (await balances.Find(result.MemberId, CancellationToken.None))!
        );
        return result.Created || result.Replayed
            ? TypedResults.Created($"/v1/members/{member.MemberId}", member)
            : TypedResults.Ok(member);
    }

    private static async Task<Results<Ok<MemberAnswer>, Problem>> Get(
        Guid memberId,
        BalanceQueries balances,
        CancellationToken cancelled
    ) =>
        await balances.Find(memberId, cancelled) is { } member
            ? TypedResults.Ok(MemberAnswer.Of(member))
            : new Problem(Errors.MemberNotFound);

    private static async Task<Results<Ok<BalanceAnswer>, Problem>> GetBalance(
        Guid memberId,
        HttpContext http,
        BalanceQueries balances,
        PastBalanceQueries past,
        TimeProvider clock,
        CancellationToken cancelled
    )
    {
        var query = new Query(http.Request.Query);
        var at = query.Past("at", clock.GetUtcNow());
        query.ThrowIfWrong();
        var balance = at is { } then
            ? await past.Find(memberId, then, cancelled)
            : (await balances.Find(memberId, cancelled))?.Balance;
        return balance is null ? new Problem(Errors.MemberNotFound) : TypedResults.Ok(balance);
    }

    private static async Task<Results<Ok<Page<EntryAnswer>>, Problem>> GetLedger(
        Guid memberId,
        HttpContext http,
        LedgerQueries ledger,
        CancellationToken cancelled
    ) =>
        await ledger.Read(memberId, new Query(http.Request.Query), cancelled) is { } page
            ? TypedResults.Ok(page)
            : new Problem(Errors.MemberNotFound);

    private static async Task<Results<Ok<Page<OrderAnswer>>, Problem>> GetOrders(
        Guid memberId,
        HttpContext http,
        OrderQueries orders,
        CancellationToken cancelled
    ) =>
        await orders.List(memberId, new Query(http.Request.Query), cancelled) is { } page
            ? TypedResults.Ok(page)
            : new Problem(Errors.MemberNotFound);
}

[Description("A member to register.")]
internal sealed record RegisterMemberRequest
{
    [Description("The member's id in your own system, unique in the programme.")]
    [MaxLength(Limits.ExternalId)]
    public string? ExternalId { get; init; }

    [Description("The name that the member goes by, 1 to 100 characters.")]
    [Required, MaxLength(Limits.DisplayName)]
    public string? DisplayName { get; init; }

    [Description("An e-mail address.")]
    [MaxLength(Limits.Email)]
    public string? Email { get; init; }

    [Description("A telephone number as E.164 writes it: + and 6 to 15 digits.")]
    [MaxLength(Limits.Phone)]
    public string? Phone { get; init; }

    /// <exception cref="ProblemException">A field is wrong.</exception>
    public RegisterMemberRequest Checked()
    {
        var errors = new FieldErrors();
        var result = new RegisterMemberRequest
        {
            ExternalId = ExternalId is null
                ? null
                : errors.RequiredText("externalId", ExternalId, Limits.ExternalId),
            DisplayName = errors.RequiredText("displayName", DisplayName, Limits.DisplayName),
            Email = errors.Matching(
                "email",
                errors.Text("email", Email, Limits.Email),
                Limits.Email,
                TextRules.EmailAddress,
                "an e-mail address"
            ),
            Phone = errors.Matching(
                "phone",
                Phone,
                Limits.Phone,
                TextRules.E164,
                "a number as +8613800138000"
            ),
        };
        errors.ThrowIfAny();
        return result;
    }
}

[Description("A member as staff sees it.")]
internal sealed record MemberAnswer
{
    [Description("UUIDv7.")]
    public required Guid MemberId { get; init; }

    [Description("The member's id in the system that registered it.")]
    public required string? ExternalId { get; init; }

    [Description("The name that the member goes by.")]
    public required string DisplayName { get; init; }

    [Description("The member's tier; null while the programme has none.")]
    public required string? Tier { get; init; }

    [Description("When the member was registered.")]
    public required DateTimeOffset CreatedAt { get; init; }

    [Description("Since when the member can neither earn nor spend; null for an active one.")]
    public required DateTimeOffset? DeactivatedAt { get; init; }

    [Description("The balance now.")]
    public required BalanceAnswer Balance { get; init; }

    public static MemberAnswer Of(MemberRecord member) =>
        new()
        {
            MemberId = member.MemberId,
            ExternalId = member.ExternalId,
            DisplayName = member.DisplayName,
            Tier = null,
            CreatedAt = member.CreatedAt,
            DeactivatedAt = member.DeactivatedAt,
            Balance = member.Balance,
        };
}
