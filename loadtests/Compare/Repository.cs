namespace PointsMall.LoadTests.Compare;

/// <summary>The checkout that this program was built in: its scripts, and the peers that were built with it.</summary>
internal static class Repository
{
    private static readonly DirectoryInfo Output = new(AppContext.BaseDirectory);
    private static readonly string Root = Find();

    public static string PeersProgram =>
        File(
            $"loadtests/Peers/bin/{Output.Parent!.Name}/{Output.Name}/PointsMall.LoadTests.Peers.dll"
        );

    public static string File(string path) => Path.Combine(Root, path);

    private static string Find()
    {
        for (DirectoryInfo? folder = Output; folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "PointsMall.sln")))
            {
                return folder.FullName;
            }
        }
        throw new ComparisonException("the load tests run outside of the repository");
    }
}
