using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Orleans.Serialization;

namespace PointsMall.Tests.Cluster.Contracts;

/// <summary>A message of the released build: how it was written, and what it said.</summary>
/// <param name="Alias">The type's.</param>
/// <param name="Bytes">As the serializer wrote it.</param>
/// <param name="Value">The message as JSON.</param>
internal sealed record ReleasedMessage(string Alias, byte[] Bytes, string Value);

/// <summary>
/// The contract of the release that runs, in the folder <c>Released</c>: the two lists, and one message of every type. Every build must get on
/// with it. When a release is out, today's contract takes its place (docs/contracts.md).
/// </summary>
internal static class ReleasedContract
{
    public const string WireTypesFile = "WireTypes.txt";
    public const string MethodsFile = "OrleansContracts.txt";
    private const string MessagesFile = "Messages.txt";
    private static readonly string[] Projects = ["grain-interfaces", "grains"];

    public static string Root { get; } = FindRoot();

    private static string Folder => Path.Combine(Root, "tests", "cluster", "Contracts", "Released");

    public static string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    /// <summary>The lists of all projects in one.</summary>
    public static string TodaysMethods() =>
        string.Concat(
            Projects
                .SelectMany(project =>
                    File.ReadLines(Path.Combine(Root, project, "OrleansContracts.txt"))
                )
                .Where(line => line is not ['#', ..])
                .Select(line => line + '\n')
        );

    public static ImmutableArray<ReleasedMessage> Messages() =>
        [
            .. Read(MessagesFile)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', 3))
                .Select(parts => new ReleasedMessage(
                    parts[0],
                    Convert.FromHexString(parts[1]),
                    parts[2]
                )),
        ];

    /// <summary>Writes today's contract as the next release would have it.</summary>
    /// <returns>The folder.</returns>
    public static string Propose(Serializer<object> serializer)
    {
        var folder = Directory
            .CreateDirectory(Path.Combine(AppContext.BaseDirectory, "Released"))
            .FullName;
        File.WriteAllText(Path.Combine(folder, WireTypesFile), WireTypes.Describe());
        File.WriteAllText(Path.Combine(folder, MethodsFile), TodaysMethods());
        File.WriteAllLines(
            Path.Combine(folder, MessagesFile),
            WireTypes
                .All()
                .Where(type => type is { IsClass: true, IsGenericType: false })
                .Select(type => (Alias: WireTypes.AliasOf(type), Sample: WireSamples.Of(type)))
                .Select(message =>
                    $"{message.Alias} {Convert.ToHexStringLower(serializer.SerializeToArray(message.Sample))} {JsonOf(message.Sample)}"
                )
        );
        return folder;
    }

    public static string JsonOf(object message) =>
        JsonSerializer.Serialize(message, message.GetType());

    private static string FindRoot([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
