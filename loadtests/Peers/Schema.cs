namespace PointsMall.LoadTests.Peers;

/// <summary>The SQL files that are built into this program.</summary>
internal static class Schema
{
    public static async Task<string> Read(string name)
    {
        await using var file = typeof(Schema).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync();
    }
}
