using System.Xml.Linq;

namespace PointsMall.Tests.Deploy.Containers;

/// <summary>The container files, as far as they can be checked without an engine that builds them.</summary>
public sealed class ContainerFileTests
{
    [Theory, InlineData("silo", "PointsMall.Silo.dll"), InlineData("api", "PointsMall.Api.dll")]
    public void The_host_runs_without_a_shell_as_nobody_in_particular(string host, string program)
    {
        var file = new ContainerFile(host);

        // "extra" has ICU: without it texts can't be normalized.
        Assert.Equal(
            $"mcr.microsoft.com/dotnet/aspnet:{Environment.Version.Major}.0-noble-chiseled-extra",
            file.BaseImage
        );
        Assert.Equal(["dotnet", program], file.Entrypoint);
        Assert.Equal(["run"], file.Command);
        Assert.NotEqual(0, file.User.User);
        Assert.NotEqual(0, file.User.Group);
    }

    [Theory, InlineData("silo"), InlineData("api")]
    public void Everything_that_the_project_needs_is_copied_for_its_build(string host)
    {
        var (before, after) = new ContainerFile(host).Copied;
        var projects = Referenced(Repository.File(host)).Append(host).ToHashSet();

        Assert.Superset(
            (HashSet<string>)
                [
                    "global.json",
                    "Directory.Build.props",
                    "Directory.Packages.props",
                    "BannedSymbols.txt",
                    .. projects.Select(project => $"{project}/*.csproj"),
                    .. projects.Select(project => $"{project}/packages.lock.json"),
                ],
            before.ToHashSet()
        );
        Assert.Equal([".editorconfig", .. projects.Order()], after.Order());
        Assert.All(
            before.Concat(after).Where(path => !path.Contains('*', StringComparison.Ordinal)),
            path => Assert.True(Path.Exists(Repository.File(path)), path)
        );
    }

    /// <summary>The folders of the projects that this one refers to, and those to.</summary>
    private static IEnumerable<string> Referenced(string folder)
    {
        var project = XDocument.Load(Directory.GetFiles(folder, "*.csproj").Single());
        foreach (var reference in project.Descendants("ProjectReference"))
        {
            var its = Path.GetDirectoryName(
                Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value))
            )!;
            yield return Path.GetFileName(its);
            foreach (var further in Referenced(its))
            {
                yield return further;
            }
        }
    }
}
