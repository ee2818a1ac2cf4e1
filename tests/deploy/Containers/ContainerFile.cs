using System.Globalization;
using System.Text.RegularExpressions;

namespace PointsMall.Tests.Deploy.Containers;

/// <summary>What a container file says, of the last stage unless said otherwise.</summary>
internal sealed partial class ContainerFile
{
    private readonly (string Verb, string Words)[] _lines;

    public ContainerFile(string host)
    {
        Host = host;
        _lines =
        [
            .. Repository
                .Read("deploy", "containers", $"{host}.Dockerfile")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith('#'))
                .Select(line => line.Split(' ', 2))
                .Select(words => (words[0], words[1])),
        ];
    }

    /// <summary><c>silo</c> or <c>api</c>.</summary>
    public string Host { get; }

    public string BaseImage => Last("FROM");

    /// <summary>The numbers of its user and group.</summary>
    public (int User, int Group) User =>
        Last("USER").Split(':') is [var user, var group]
            ? (Number(user), Number(group))
            : throw new InvalidDataException("USER must be a user and a group");

    /// <summary>In the exec form: no shell reads it.</summary>
    public string[] Entrypoint => Exec(Last("ENTRYPOINT"));

    public string[] Command => Exec(Last("CMD"));

    /// <summary>What the build stage copies from the repository before and after it restores.</summary>
    public (string[] BeforeRestore, string[] AfterRestore) Copied
    {
        get
        {
            var restore = Array.FindIndex(
                _lines,
                line => line.Words.StartsWith("dotnet restore", StringComparison.Ordinal)
            );
            return (Copies(_lines[..restore]), Copies(_lines[restore..]));
        }
    }

    /// <summary>The arguments of the build stage's <c>dotnet publish</c>.</summary>
    public string[] Publish =>
        _lines
            .Single(line => line.Words.StartsWith("dotnet publish", StringComparison.Ordinal))
            .Words.Split(' ')[1..];

    private static string[] Copies((string Verb, string Words)[] lines) =>
        [
            .. lines
                .Where(line => line.Verb == "COPY" && !line.Words.StartsWith('-'))
                .SelectMany(line => line.Words.Split(' ')[..^1]),
        ];

    private string Last(string verb) => _lines.Last(line => line.Verb == verb).Words;

    private static string[] Exec(string json) =>
        ExecForm().IsMatch(json)
            ? [.. JsonNode.Parse(json)!.AsArray().Select(word => (string)word!)]
            : throw new InvalidDataException($"{json} is not in the exec form");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("""^\[".*"\]$""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExecForm();
}
