using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Members;

/// <summary>Points given and taken by staff and partners.</summary>
internal static class PointsEndpoints
{
    public static void Map(IEndpointRouteBuilder members)
    {
        members
            .MapPost("/{memberId:uuid}/points/grants", Grant)
            .RequireAuthorization(Permissions.PointsGrant)
            .WithName("grantPoints")
            .WithSummary("Grant points to a member")
            .Takes<GrantRequest>()
            .WithKey(required: true)
            .Refuses(Errors.MemberNotFound, Errors.TooManyLots);
        members
            .MapPost("/{memberId:uuid}/points/deductions", Deduct)
            .RequireAuthorization(Permissions.PointsDeduct)
            .WithName("deductPoints")
            .WithSummary("Take points from a member")
            .WithDescription("Points that expire first go first.")
            .Takes<DeductionRequest>()
            .WithKey(required: true)
            .Refuses(Errors.MemberNotFound, Errors.InsufficientPoints);
        members
            .MapPost("/{memberId:uuid}/points/extensions", Extend)
            .RequireAuthorization(Permissions.PointsAdjust)
            .WithName("extendPoints")
            .WithSummary("Give points that would expire a later expiry")
            .WithDescription(
                "All spendable points that expire before `expiringBefore`. The ledger gets two entries, out of the old lots and into a new one; the balance stays as it is. The answer has the second."
            )
            .Takes<ExtensionRequest>()
            .WithKey(required: true)
            .Refuses(Errors.MemberNotFound, Errors.NothingToExtend);
    }

    private static async Task<Results<Created<EntryAndBalanceAnswer>, Problem>> Extend(
        Guid memberId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<ExtensionRequest>.Read(http);
        var extension = body.Value.Checked();
        var header = headers.Of(http, body, "extend", memberId);
        var outcome = await calls.Send(
            header,
            (grains, attempt) => grains.GetMember(memberId).Extend(extension(attempt))
        );
        return Answer(http, memberId, outcome);
    }

    private static async Task<Results<Created<EntryAndBalanceAnswer>, Problem>> Grant(
        Guid memberId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<GrantRequest>.Read(http);
        var grant = body.Value.Checked();
        var header = headers.Of(http, body, GrantRequest.Operation, memberId);
        var outcome = await calls.Send(
            header,
            (grains, attempt) => grains.GetMember(memberId).Grant(grant.ToCommand(attempt))
        );
        return Answer(http, memberId, outcome);
    }

    private static async Task<Results<Created<EntryAndBalanceAnswer>, Problem>> Deduct(
        Guid memberId,
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls
    )
    {
        var body = await JsonBody<DeductionRequest>.Read(http);
        var deduction = body.Value.Checked();
        var header = headers.Of(http, body, "deduct", memberId);
        var outcome = await calls.Send(
            header,
            (grains, attempt) =>
                grains
                    .GetMember(memberId)
                    .Deduct(
                        new DeductCommand
                        {
                            Header = attempt,
                            Points = deduction.Points!.Value,
                            Reason = deduction.Reason!,
                        }
                    )
        );
        return Answer(http, memberId, outcome);
    }

    private static Results<Created<EntryAndBalanceAnswer>, Problem> Answer(
        HttpContext http,
        Guid memberId,
        Outcome<EntryResult> outcome
    )
    {
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        http.Response.MarkReplayed(result);
        return TypedResults.Created(
            (string?)null,
            new EntryAndBalanceAnswer
            {
                Entry = EntryAnswer.Of(memberId, result.Entry!),
                Balance = BalanceAnswer.Of(result.Balance!),
            }
        );
    }
}

[Description("Points to grant.")]
internal record GrantRequest
{
    /// <summary>A bulk row with the same content is the same command.</summary>
    public const string Operation = "grant";
    private const string DefaultSource = "manual";

    [Description("Points to add, 1 to 10^15; the programme may allow fewer.")]
    [Required, Range(1, Limits.Points)]
    public long? Points { get; init; }

    [Description("Why, for the member to read.")]
    [Required, MaxLength(Limits.Reason)]
    public string? Reason { get; init; }

    [Description(
        "Where the points come from, in snake_case, as `purchase`; `manual` when missing."
    )]
    [MaxLength(Limits.Source)]
    public string? Source { get; init; }

    [Description(
        "The first instant at which they can no longer be spent; when missing or null the programme's validity applies."
    )]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("The first instant at which they can be spent; at once when missing or null.")]
    public DateTimeOffset? PendingUntil { get; init; }

    /// <exception cref="ProblemException">A field is wrong.</exception>
    public GrantRequest Checked() => Checked(new FieldErrors());

    /// <exception cref="ProblemException">A field is wrong, or something was before.</exception>
    protected GrantRequest Checked(FieldErrors errors)
    {
        var result = new GrantRequest
        {
            Points = errors.RequiredNumber("points", Points, 1, Limits.Points),
            Reason = errors.RequiredText("reason", Reason, Limits.Reason),
            Source =
                errors.Matching(
                    "source",
                    Source,
                    Limits.Source,
                    TextRules.SnakeCase,
                    "lower-case snake_case"
                ) ?? DefaultSource,
            ExpiresAt = ExpiresAt,
            PendingUntil = PendingUntil,
        };
        errors.ThrowIfAny();
        return result;
    }

    public GrantCommand ToCommand(CommandHeader header) =>
        new()
        {
            Header = header,
            Points = Points!.Value,
            Reason = Reason!,
            Source = Source!,
            ExpiresAt = ExpiresAt,
            PendingUntil = PendingUntil,
        };
}

[Description("Points to take.")]
internal sealed record DeductionRequest
{
    [Description("Points to take, 1 to 10^15.")]
    [Required, Range(1, Limits.Points)]
    public long? Points { get; init; }

    [Description("Why, for the member to read.")]
    [Required, MaxLength(Limits.Reason)]
    public string? Reason { get; init; }

    /// <exception cref="ProblemException">A field is wrong.</exception>
    public DeductionRequest Checked()
    {
        var errors = new FieldErrors();
        var result = new DeductionRequest
        {
            Points = errors.RequiredNumber("points", Points, 1, Limits.Points),
            Reason = errors.RequiredText("reason", Reason, Limits.Reason),
        };
        errors.ThrowIfAny();
        return result;
    }
}

[Description("A later expiry.")]
internal sealed record ExtensionRequest
{
    [Description(
        "Points that expire before this instant; before `expiresAt` when missing or null."
    )]
    public DateTimeOffset? ExpiringBefore { get; init; }

    [Description("The first instant at which they can be spent no more from now on.")]
    [Required]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("Why, for the member to read.")]
    [Required, MaxLength(Limits.Reason)]
    public string? Reason { get; init; }

    /// <exception cref="ProblemException">A field is wrong.</exception>
    public Func<CommandHeader, ExtendCommand> Checked()
    {
        var errors = new FieldErrors();
        if (ExpiresAt is null)
        {
            errors.Add("expiresAt", "is needed");
        }
        var reason = errors.RequiredText("reason", Reason, Limits.Reason);
        errors.ThrowIfAny();
        return header => new ExtendCommand
        {
            Header = header,
            ExpiringBefore = ExpiringBefore,
            ExpiresAt = ExpiresAt!.Value,
            Reason = reason,
        };
    }
}

[Description("The ledger entry that was written, and the balance after it.")]
internal sealed record EntryAndBalanceAnswer
{
    [Description("The entry.")]
    public required EntryAnswer Entry { get; init; }

    [Description("The balance now.")]
    public required BalanceAnswer Balance { get; init; }
}
