using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.Tests.Load.Reports;

/// <summary>The smallest report that shows every part: one scenario, one step, a win, a refusal, a fail.</summary>
internal static class SmallReport
{
    public static readonly LatencyReport Nothing = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, []);

    public static RunReport Make() =>
        new()
        {
            TestSuite = "points mall",
            TestName = "flash, \"small\"",
            SessionId = "s-1",
            StartedAt = new DateTimeOffset(2026, 11, 11, 8, 0, 0, TimeSpan.FromHours(8)),
            Duration = TimeSpan.FromSeconds(10),
            Passed = false,
            Problems = ["a threshold failed: p99 < 20"],
            Facts = [new("machine", "2 cores"), new("commit", "abc1234")],
            Scenarios =
            [
                new(
                    "flash_sale",
                    ["inject 100/s for 00:00:10"],
                    TimeSpan.FromSeconds(10),
                    Measured("flash_sale"),
                    [Measured("redeem")],
                    [new("p99 < 20", Passed: false, Checks: 2, Failures: 1)],
                    new PaceReport(1000, 999, 1, 1, 5, 6.25, Kept: false),
                    [
                        new(5, 60, 30, 1, 2, 8, 9, 12.5, 3, [new("201", IsError: false, 60)]),
                        new(10, 40, 65, 0, 3, 9, 21.5, 40, 2, [new("201", IsError: false, 40)]),
                    ]
                ),
            ],
            Generator = new GeneratorReport(0.25, 3, 4.5, 2.25, 2048, 8),
            Metrics = [new("silo1", "batch size", "units", [new(5, 10), new(10, 20)])],
            Verdict = new VerdictReport(
                "sold 500 of 500, oversold 0, lost 0, double 0",
                Passed: true,
                [new("one order a key", "500 of 500")]
            ),
        };

    private static MeasurementReport Measured(string name) =>
        new()
        {
            Name = name,
            OkCount = 975,
            FailCount = 24,
            WinsPerSecond = 50,
            RefusalsPerSecond = 47.5,
            OkPerSecond = 97.5,
            FailPerSecond = 2.4,
            ResponseTime = new(
                975,
                1,
                3.5,
                1234.5,
                2,
                3,
                4,
                5,
                8,
                20,
                30,
                [new(2, 100), new(4, 700), new(2000, 175)]
            ),
            ServiceTime = new(
                975,
                1,
                3,
                39,
                1.5,
                2.5,
                3,
                4,
                7,
                18,
                28,
                [new(2, 200), new(39, 775)]
            ),
            WinTime = new(500, 2, 4, 40, 2, 3.5, 4.5, 6, 9, 21, 31, [new(40, 500)]),
            FailTime = new(24, 5, 6, 7, 0.5, 6, 6, 7, 7, 7, 7, [new(7, 24)]),
            Bytes = 204_800,
            BytesPerSecond = 20_480,
            StatusCodes =
            [
                new("201", IsError: false, "", 500, 50.05),
                new("out_of_stock", IsError: false, "sold out", 475, 47.55),
                new("-100", IsError: true, "no answer\nin 10 s | of a kind", 24, 2.4),
            ],
        };
}
