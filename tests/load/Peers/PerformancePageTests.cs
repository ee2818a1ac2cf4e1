using PointsMall.LoadTests.Compare;

namespace PointsMall.Tests.Load.Peers;

public sealed class PerformancePageTests
{
    [Fact]
    public void Replaces_only_what_is_between_its_marks()
    {
        var first = PerformancePage.With("# Performance\n\nWords before.\n", "| old |");
        var page = first + "\nWords after.\n";

        var second = PerformancePage.With(page, "| new |");

        Assert.Equal(
            $"# Performance\n\nWords before.\n\n{PerformancePage.Begin}\n\n| new |\n\n{PerformancePage.End}\n\nWords after.\n",
            second
        );
    }
}
