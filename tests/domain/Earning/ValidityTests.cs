using NodaTime;
using PointsMall.Grains.Earning;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>When points become spendable and when they expire.</summary>
public sealed class ValidityTests
{
    [Theory]
    [InlineData(
        ValidityKind.Days,
        1,
        PeriodEnd.None,
        "2026-03-04T16:00:00Z",
        "2026-03-06T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Days,
        1,
        PeriodEnd.None,
        "2026-03-04T15:59:59Z",
        "2026-03-05T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Days,
        30,
        PeriodEnd.Month,
        "2026-01-15T00:00:00Z",
        "2026-02-28T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Months,
        1,
        PeriodEnd.None,
        "2026-01-31T00:00:00Z",
        "2026-02-28T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Months,
        1,
        PeriodEnd.None,
        "2028-01-31T00:00:00Z",
        "2028-02-29T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Months,
        12,
        PeriodEnd.Month,
        "2026-03-04T00:00:00Z",
        "2027-03-31T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Months,
        1,
        PeriodEnd.Quarter,
        "2026-01-04T00:00:00Z",
        "2026-03-31T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Months,
        3,
        PeriodEnd.Quarter,
        "2026-03-31T00:00:00Z",
        "2026-06-30T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Months,
        8,
        PeriodEnd.Quarter,
        "2026-03-04T00:00:00Z",
        "2026-12-31T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Years,
        1,
        PeriodEnd.None,
        "2028-02-29T00:00:00Z",
        "2029-02-28T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.Years,
        1,
        PeriodEnd.Year,
        "2026-03-04T00:00:00Z",
        "2027-12-31T16:00:00Z"
    )]
    [InlineData(
        ValidityKind.InactiveMonths,
        6,
        PeriodEnd.None,
        "2026-08-31T00:00:00Z",
        "2027-02-28T16:00:00Z"
    )]
    [Trait("Behaviour", "RULE-4")]
    public void Points_are_good_to_the_end_of_the_last_day_of_their_validity(
        ValidityKind kind,
        int length,
        PeriodEnd roundTo,
        DateTimeOffset activatedAt,
        DateTimeOffset expiresAt
    )
    {
        var validity = new Validity
        {
            Kind = kind,
            Length = length,
            RoundTo = roundTo,
        };

        Assert.Equal(expiresAt, validity.ExpiresAt(Earn.Shanghai, activatedAt));
        Assert.Equal(kind == ValidityKind.InactiveMonths, validity.IsSliding);
    }

    [Fact]
    [Trait("Behaviour", "RULE-4")]
    public void Points_may_never_expire_or_on_one_date()
    {
        var until = new Validity { Kind = ValidityKind.Until, Until = new LocalDate(2026, 12, 31) };

        Assert.Equal(DateTimeOffset.MaxValue, Validity.Never.ExpiresAt(Earn.Shanghai, Earn.At));
        Assert.Equal(
            new DateTimeOffset(2026, 12, 31, 16, 0, 0, TimeSpan.Zero),
            until.ExpiresAt(Earn.Shanghai, Earn.At)
        );
    }

    [Theory]
    [InlineData(ActivationStart.AtOnce, 0, null, "2026-03-04T10:00:00Z")]
    [InlineData(ActivationStart.Paid, 7, null, "2026-03-11T16:00:00Z")]
    [InlineData(ActivationStart.Paid, 0, null, "2026-03-04T10:00:00Z")]
    [InlineData(ActivationStart.Delivered, 7, null, null)]
    [InlineData(ActivationStart.Delivered, 7, "2026-03-06T20:00:00Z", "2026-03-14T16:00:00Z")]
    [InlineData(ActivationStart.Delivered, 0, "2026-03-06T20:00:00Z", "2026-03-06T20:00:00Z")]
    [Trait("Behaviour", "EARN-2")]
    public void Points_are_pending_for_whole_days_after_payment_or_delivery(
        ActivationStart from,
        int days,
        string? deliveredAt,
        string? activatesAt
    ) =>
        Assert.Equal(
            Parse(activatesAt),
            new Activation(from, days).At(Earn.Shanghai, Earn.At, Parse(deliveredAt))
        );

    private static DateTimeOffset? Parse(string? instant) =>
        instant is null
            ? null
            : DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);
}
