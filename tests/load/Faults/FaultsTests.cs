namespace PointsMall.Tests.Load.Faults;

/// <summary>
/// Two of the faults of <c>./mall faults</c>, on processes of its own: those that nothing smaller tests. How fast the mall recovers depends
/// on the machine, and is no matter of this test.
/// </summary>
public sealed class FaultsTests
{
    [Fact, Trait("Behaviour", "RED-1")]
    public async Task A_frozen_silo_and_cut_connections_lose_nothing_and_double_nothing()
    {
        using var folder = new ScriptFolder();
        var (exitCode, output) = await MallScript.Run(
            folder.Path,
            "faults",
            "connections-cut",
            "silo-freeze",
            "--callers=8"
        );

        var rows = output
            .Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])
            .ToList();
        Assert.True(rows.Count == 4, $"ended with {exitCode}:\n{output}");
        Assert.Equal(["silo-freeze", "connections-cut"], rows[2..].Select(row => row[0]));
        foreach (var row in rows[2..])
        {
            var cells = rows[0].Zip(row).ToDictionary(cell => cell.First, cell => cell.Second);
            Assert.All(
                ["lost", "double", "oversold", "other"],
                count => Assert.True(cells[count] == "0", output)
            );
            Assert.Equal("holds", cells["verify"]);
            Assert.NotEqual("0", cells["ok"]);
            Assert.NotEqual("never", cells["recovered after"]);
        }
        // Others took over while the frozen silo stood still.
        Assert.DoesNotContain("nothing was sold for", output, StringComparison.Ordinal);
    }
}
