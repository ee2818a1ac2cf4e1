namespace PointsMall.Tests.Cli;

/// <summary>A data folder with spaces in its path, and what <c>up</c> keeps elsewhere for it, until it is disposed.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("mall of points ");

    /// <param name="reachable">False: only the user of this test may enter, not the one that runs PostgreSQL for root.</param>
    public DataFolder(bool reachable = true)
    {
        if (reachable)
        {
            File.SetUnixFileMode(_parent.FullName, (UnixFileMode)0b111_101_101);
        }
    }

    public string FullName => Path.Combine(_parent.FullName, "its data");

    public void Dispose()
    {
        var cluster = Path.Combine(FullName, "cluster");
        if (File.Exists(cluster))
        {
            Directory.Delete(File.ReadAllText(cluster).Trim().Split('=')[1], recursive: true);
        }
        _parent.Delete(recursive: true);
    }
}
