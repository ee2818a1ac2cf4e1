using System.Globalization;
using System.Text.RegularExpressions;

namespace PointsMall.Tests.Deploy.Compose;

/// <summary>The repository's docker-compose.yml.</summary>
internal sealed partial class ComposeFile
{
    private readonly JsonObject _file = Yaml.Documents(Text)[0];

    public static string Text { get; } = Repository.Read("docker-compose.yml");

    public IReadOnlyList<string> Services =>
        [.. _file.Map("services").Select(service => service.Key)];

    public JsonNode Service(string name) => _file.At("services", name)!;

    public JsonNode? Network(string name) => _file.At("networks", name);

    /// <summary>What a service of the file gets, its variables replaced.</summary>
    public Dictionary<string, string> Environment(
        string service,
        IReadOnlyDictionary<string, string> variables
    ) =>
        Service(service)
            .Map("environment")
            .ToDictionary(
                pair => pair.Key,
                pair =>
                    Variable()
                        .Replace(
                            (string)pair.Value!,
                            use =>
                                variables.TryGetValue(use.Groups["name"].Value, out var value)
                                    ? value
                                : use.Groups["default"].Success ? use.Groups["default"].Value
                                : throw new InvalidOperationException($"{use} has no value")
                        ),
                StringComparer.Ordinal
            );

    /// <summary>The names of the variables that the file takes from outside.</summary>
    public static IEnumerable<string> Variables =>
        Variable().Matches(Text).Select(use => use.Groups["name"].Value).Distinct();

    /// <summary>A length of time as compose files write it.</summary>
    public static TimeSpan Duration(string text) =>
        text switch
        {
            [.. var minutes, 'm'] => TimeSpan.FromMinutes(Number(minutes)),
            [.. var seconds, 's'] => TimeSpan.FromSeconds(Number(seconds)),
            _ => throw new FormatException($"{text} is no duration"),
        };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"\$\{(?<name>\w+)(:-(?<default>[^}]*)|:\?[^}]*)?\}",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Variable();
}
