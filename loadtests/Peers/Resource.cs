namespace PointsMall.LoadTests.Peers;

/// <summary>The SQL and Lua files that are built into this program.</summary>
internal static class Resource
{
    public static async Task<string> Read(string name)
    {
        await using var file = typeof(Resource).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync();
    }
}
