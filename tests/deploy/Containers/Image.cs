namespace PointsMall.Tests.Deploy.Containers;

/// <summary>
/// What a container file would make an image of: the host, published by the file's own command, with the file's entry point and user and the
/// environment of its base image.
/// </summary>
internal sealed class Image
{
    private Image(ContainerFile file, string folder) => (File, Folder) = (file, folder);

    public ContainerFile File { get; }

    /// <summary>What the image has at /app.</summary>
    public string Folder { get; }

    /// <summary>What the base image sets, and what an engine sets for its user.</summary>
    public static IReadOnlyDictionary<string, string> BaseEnvironment { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = "/home/app",
            ["APP_UID"] = "1654",
            ["ASPNETCORE_HTTP_PORTS"] = "8080",
            ["DOTNET_RUNNING_IN_CONTAINER"] = "true",
        };

    /// <param name="host"><c>silo</c> or <c>api</c>.</param>
    /// <param name="parent">An existing folder that everybody may enter.</param>
    public static async Task<Image> Publish(string host, string parent)
    {
        var file = new ContainerFile(host);
        var folder = Path.Combine(parent, host);
        // In the checkout, where everything was restored and built. Compiling ahead of time takes minutes of CPU and changes no behaviour, so
        // it is left out unless MALL_PUBLISHED asks for it; a compiler's server would outlive the test.
        var compiled = Environment.GetEnvironmentVariable("MALL_PUBLISHED") is { Length: > 0 };
        var arguments = file
            .Publish.Where(argument =>
                argument != "--no-restore" && (compiled || argument != "-p:PublishReadyToRun=true")
            )
            .Select(argument => argument == "/app" ? folder : argument);
        var published = await Tool.Run(
            "dotnet",
            [.. arguments, "--disable-build-servers", "-v", "quiet"]
        );
        Assert.True(published.ExitCode == 0, published.Output + published.Errors);
        return new Image(file, folder);
    }
}
