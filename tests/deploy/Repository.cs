namespace PointsMall.Tests.Deploy;

/// <summary>The checkout that these tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    public static string Read(params string[] parts) => System.IO.File.ReadAllText(File(parts));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "PointsMall.sln")))
        {
            folder =
                folder.Parent
                ?? throw new InvalidOperationException("The tests run outside of the repository");
        }
        return folder.FullName;
    }
}
