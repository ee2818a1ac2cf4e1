namespace PointsMall.Tests.Cluster.Contracts;

/// <summary>
/// The contract analyzer watches methods. Aliases, member numbers and member types of what the methods carry are watched here.
/// </summary>
public sealed class WireTypesTests
{
    [Fact]
    public async Task Aliases_and_member_numbers_are_those_that_are_checked_in()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var actual = WireTypes.Describe();
        var file = Path.Combine(ReleasedContract.Root, "grain-interfaces", "WireTypes.txt");
        var expected = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellation) : "";
        if (actual != expected)
        {
            var proposed = Path.Combine(AppContext.BaseDirectory, "WireTypes.txt");
            await File.WriteAllTextAsync(proposed, actual, cancellation);
            Assert.Fail(
                $"""
                What travels between silos has changed. If it only grew (docs/contracts.md), copy
                {proposed}
                over grain-interfaces/WireTypes.txt. The first difference:
                {FirstDifference(expected, actual)}
                """
            );
        }
    }

    private static string FirstDifference(string expected, string actual)
    {
        var pairs = expected.Split('\n').Zip(actual.Split('\n'));
        var (was, now) = pairs.FirstOrDefault(pair => pair.First != pair.Second);
        return was is null && now is null
            ? "one text is the beginning of the other"
            : $"was: {was}\nnow: {now}";
    }
}
