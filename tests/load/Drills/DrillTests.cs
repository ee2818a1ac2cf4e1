namespace PointsMall.Tests.Load.Drills;

/// <summary>The drills of <c>./mall drill</c>, with a small load. How long they take is no matter of these tests.</summary>
public sealed class DrillTests
{
    [Fact, Trait("Behaviour", "OPS-3")]
    public async Task A_destroyed_database_is_restored_up_to_the_last_archived_commit_and_to_a_moment()
    {
        var rows = await Holds("restore");

        Assert.Contains("lost 0", rows["answers against the books"], StringComparison.Ordinal);
        Assert.Equal("holds", rows["verify"]);
        Assert.Contains(
            rows,
            row =>
                row.Key.StartsWith("restored to ", StringComparison.Ordinal)
                && row.Value.Contains("equal what they were", StringComparison.Ordinal)
        );
    }

    [Fact, Trait("Behaviour", "RED-1")]
    public async Task Nothing_is_acknowledged_without_a_standby_and_nothing_is_lost_with_the_primary()
    {
        var rows = await Holds("failover");

        Assert.StartsWith(
            "0 in ",
            rows["acknowledged while both standbys stood still"],
            StringComparison.Ordinal
        );
        Assert.Contains("lost 0", rows["answers against the books"], StringComparison.Ordinal);
        Assert.Equal("holds", rows["verify"]);
    }

    /// <returns>Its table.</returns>
    private static async Task<Dictionary<string, string>> Holds(string drill)
    {
        using var folder = new ScriptFolder();
        var (exitCode, output) = await MallScript.Run(
            folder.Path,
            ["drill", drill, "--seconds=3", "--callers=4", "--silos=1"]
        );

        Assert.True(exitCode == 0, $"ended with {exitCode}:\n{output}");
        Assert.Contains("the drill holds", output, StringComparison.Ordinal);
        // Nothing of it is left behind.
        Assert.Empty(Directory.GetDirectories(folder.Path, "mall-*"));
        return output
            .Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(cells => cells[1], cells => cells[2]);
    }
}
