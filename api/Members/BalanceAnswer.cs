using System.ComponentModel;
using PointsMall.GrainInterfaces.Members;

namespace PointsMall.Api.Members;

[Description("A member's points.")]
internal sealed record BalanceAnswer
{
    [Description("Points that can be spent now.")]
    public required long Available { get; init; }

    [Description("Points that become available later.")]
    public required long Pending { get; init; }

    [Description("Points set aside by open holds.")]
    public required long Held { get; init; }

    [Description("Points owed; they are repaid from the next points earned.")]
    public required long Debt { get; init; }

    [Description("All points ever granted.")]
    public required long LifetimeEarned { get; init; }

    [Description("All points ever redeemed, less what cancelled orders gave back.")]
    public required long LifetimeSpent { get; init; }

    [Description(
        "Available points that expire within the programme's notice (30 days unless set), soonest first."
    )]
    public required IReadOnlyList<ExpiringAnswer> ExpiringSoon { get; init; }

    public static BalanceAnswer Of(Balance balance) =>
        new()
        {
            Available = balance.Available,
            Pending = balance.Pending,
            Held = balance.Held,
            Debt = balance.Debt,
            LifetimeEarned = balance.LifetimeEarned,
            LifetimeSpent = balance.LifetimeSpent,
            ExpiringSoon = balance.ExpiringSoon.IsDefaultOrEmpty
                ? []
                :
                [
                    .. balance.ExpiringSoon.Select(soon => new ExpiringAnswer
                    {
                        Points = soon.Points,
                        ExpiresAt = soon.ExpiresAt,
                    }),
                ],
        };
}

[Description("Points with one expiry.")]
internal sealed record ExpiringAnswer
{
    [Description("How many.")]
    public required long Points { get; init; }

    [Description("The first instant at which they can no longer be spent.")]
    public required DateTimeOffset ExpiresAt { get; init; }
}
