namespace PointsMall.Tests.Load;

/// <summary>A temporary folder for the scripts: with a space in its path, and open to the user who runs PostgreSQL for root.</summary>
internal sealed class ScriptFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("points mall ");

    public ScriptFolder() => _folder.UnixFileMode = (UnixFileMode)0b111_101_101;

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
