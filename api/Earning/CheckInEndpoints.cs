using System.ComponentModel;
using System.Globalization;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using PointsMall.Api.Authentication;
using PointsMall.Api.Members;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.Reads;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.Api.Earning;

/// <summary>A member looks in, once a day.</summary>
internal static class CheckInEndpoints
{
    private const string Operation = "check_in";

    /// <summary>Of what a calendar page shows.</summary>
    private const int ShownDays = 62;

    private const string SelectDays = """
        select day::timestamp as day, streak, total
        from mall.check_in
        where member_id = @memberId
        order by day desc
        limit @ShownDays
        """;

    public static void Map(IEndpointRouteBuilder me)
    {
        me.MapPost("/check-ins", CheckIn)
            .WithName("checkIn")
            .WithSummary("Check in for today")
            .WithDescription(
                "Once a day of the programme's zone, by the server's clock. Again on the same day it changes nothing and is answered the same. The rules say what it earns; they know the days in a row and in all."
            )
            .Refuses([
                .. EndpointDescriptions.CommandErrors,
                Errors.MemberNotFound,
                Errors.TooManyLots,
            ]);
        me.MapGet("/check-ins", List)
            .WithName("listMyCheckIns")
            .WithSummary("The last 62 days on which the member checked in")
            .Refuses(Errors.MemberNotFound);
    }

    private static async Task<Results<Ok<CheckInAnswer>, Problem>> CheckIn(
        HttpContext http,
        CommandHeaders headers,
        GrainCalls calls,
        ProgrammeWatch programme,
        TimeProvider clock
    )
    {
        var memberId = http.User.RequiredMemberId();
        var now = clock.GetUtcNow();
        var zone = TimeZoneInfo.FindSystemTimeZoneById(programme.Current.Zone);
        var today = TimeZoneInfo
            .ConvertTime(now, zone)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var header = headers.OfRow(
            http,
            $"check-in:{today}",
            Fingerprint.Of(Operation, [memberId], default)
        ) with
        {
            Lane = CommitLane.Interactive,
        };
        var e = new EarningEvent
        {
            EventId = $"check-in:{memberId:n}:{today}",
            Type = Operation,
            OccurredAt = now,
        };
        var outcome = await calls.Send(
            header,
            (grains, attempt) =>
                grains.GetMember(memberId).Earn(new EarnCommand { Header = attempt, Event = e })
        );
        if (!outcome.Succeeded(out var result, out var problem))
        {
            return problem;
        }
        http.Response.MarkReplayed(result);
        return TypedResults.Ok(CheckInAnswer.Of(memberId, result));
    }

    private static async Task<Results<Ok<CheckInsAnswer>, Problem>> List(
        HttpContext http,
        DatabaseReads reads,
        CancellationToken cancelled
    )
    {
        var memberId = http.User.RequiredMemberId();
        var select = new CommandDefinition(
            SelectDays,
            new { memberId, ShownDays },
            cancellationToken: cancelled
        );
        var rows = await reads.Current(
            connection => MemberQueries.Rows<DayRow>(connection, select, memberId),
            cancelled
        );
        return rows is null
            ? new Problem(Errors.MemberNotFound)
            : TypedResults.Ok(
                new CheckInsAnswer
                {
                    Items =
                    [
                        .. rows.Select(row => new CheckedDayAnswer
                        {
                            Day = DateOnly.FromDateTime(row.Day),
                            Streak = row.Streak,
                            Total = row.Total,
                        }),
                    ],
                }
            );
    }

    private sealed class DayRow
    {
        public DateTime Day { get; init; }
        public int Streak { get; init; }
        public int Total { get; init; }
    }
}

[Description("A check-in, and what it earned.")]
internal sealed record CheckInAnswer
{
    [Description("The check-in; null when another system had sent one for the day before.")]
    public required CheckedDayAnswer? CheckIn { get; init; }

    [Description("All points that it gave.")]
    public required long Points { get; init; }

    [Description("The points by rule.")]
    public required IReadOnlyList<EarnedAwardAnswer> Awards { get; init; }

    [Description("The member's balance now.")]
    public required BalanceAnswer Balance { get; init; }

    public static CheckInAnswer Of(Guid memberId, EarnResult result)
    {
        var outcome = result.Outcome!;
        return new()
        {
            CheckIn = outcome.CheckIn is { } day
                ? new CheckedDayAnswer
                {
                    Day = day.Day,
                    Streak = day.Streak,
                    Total = day.Total,
                }
                : null,
            Points = outcome.Awards.Sum(award => award.Points),
            Awards = [.. outcome.Awards.Select(award => EarnedAwardAnswer.Of(memberId, award))],
            Balance = BalanceAnswer.Of(result.Balance!),
        };
    }
}

[Description("Days on which a member checked in, newest first.")]
internal sealed record CheckInsAnswer
{
    [Description("The days.")]
    public required IReadOnlyList<CheckedDayAnswer> Items { get; init; }
}

[Description("A day on which a member checked in.")]
internal sealed record CheckedDayAnswer
{
    [Description("The day in the programme's zone.")]
    public required DateOnly Day { get; init; }

    [Description("Days in a row up to this one.")]
    public required int Streak { get; init; }

    [Description("Days in all.")]
    public required int Total { get; init; }
}
