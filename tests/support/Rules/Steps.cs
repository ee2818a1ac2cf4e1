using CsCheck;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Programme;

namespace PointsMall.Tests.Support.Rules;

/// <summary>Random journeys. Small numbers on purpose: they meet edges, one another and the limits often.</summary>
public static class Steps
{
    /// <summary>Spenders, who run into limits, and savers, who gather more lots than their account's row holds.</summary>
    public static readonly Gen<Step[]> Many = Gen.OneOf(
        One(earn: 10, spend: 8, wait: 5).Array[1, 100],
        One(earn: 25, spend: 4, wait: 3).Array[60, 200]
    );

    /// <summary>With and without default expiry and grace for returned points.</summary>
    public static readonly Gen<ProgrammeSettings> Settings = Gen.Select(
        Gen.OneOf(Gen.Const((int?)null), Gen.Int[1, 20].Select(days => (int?)days)),
        Gen.OneOf(Gen.Const(0), Gen.Const(2)),
        (validity, grace) =>
            new ProgrammeSettings { DefaultValidityDays = validity, ReturnGraceDays = grace }
    );

    private static Gen<Step> One(int earn, int spend, int wait) =>
        Gen.Frequency(
            (earn, Grant),
            (spend, Redeem),
            (wait, Wait),
            (1, Gen.Long[1, 400].Select(points => (Step)new Step.Deduct(points))),
            (3, Gen.Int[0, 4].Select(order => (Step)new Step.Cancel(order))),
            (2, Hold),
            (
                1,
                Gen.Select(
                    Gen.Int[0, 3],
                    Gen.Double[0.01, 1],
                    (back, part) => (Step)new Step.Capture(back, part)
                )
            ),
            (1, Gen.Int[0, 3].Select(back => (Step)new Step.Release(back))),
            (1, Gen.Const((Step)new Step.Sweep())),
            (1, SetLimit)
        );

    private static Gen<Step> Grant =>
        Gen.Select(
            Gen.Long[1, 300],
            Gen.Int[0, 3],
            Gen.Int[1, 40].Nullable(),
            Gen.Frequency(
                (3, Gen.Const((int?)null)),
                (1, Gen.Int[0, 20].Select(days => (int?)days))
            ),
            (points, source, valid, pending) => (Step)new Step.Grant(points, source, valid, pending)
        );

    private static Gen<Step> Hold =>
        Gen.Select(
            Gen.Long[1, 300],
            Gen.Frequency((3, Gen.Double[1, 60]), (1, Gen.Double[100, 1_000])),
            (points, hours) => (Step)new Step.Hold(points, hours)
        );

    private static Gen<Step> Redeem =>
        Gen.Select(Gen.Int[0, MemberJourney.SkuCount - 1], Gen.Int[1, 3])
            .Array[1, 4]
            .Select(items => (Step)new Step.Redeem([.. items.DistinctBy(item => item.Item1)]));

    private static Gen<Step> Wait =>
        Gen.Frequency((4, Gen.Double[0, 30]), (1, Gen.Double[100, 300]), (1, Gen.Double[-0.1, 0]))
            .Select(hours => (Step)new Step.Wait(hours));

    private static Gen<Step> SetLimit =>
        Gen.Select(
            Gen.Int[0, MemberJourney.SkuCount - 1],
            Gen.Long[1, 4].Nullable(),
            Gen.Enum<LimitWindow>(),
            (sku, limit, window) => (Step)new Step.SetLimit(sku, limit, window)
        );
}
