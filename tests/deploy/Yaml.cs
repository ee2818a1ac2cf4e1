using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace PointsMall.Tests.Deploy;

/// <summary>YAML as JSON nodes, to be asked for by path. Anchors and merge keys are resolved; every scalar is a string.</summary>
internal static class Yaml
{
    public static IReadOnlyList<JsonObject> Documents(string text)
    {
        var deserializer = new DeserializerBuilder().Build();
        var parser = new MergingParser(new Parser(new StringReader(text)));
        List<JsonObject> documents = [];
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();
        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            documents.Add((JsonObject)Node(deserializer.Deserialize<object?>(parser))!);
        }
        return documents;
    }

    /// <summary>What is at this path; null when something on the way is missing.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<object> path)
    {
        foreach (var step in path)
        {
            node = (node, step) switch
            {
                (JsonObject map, string name) => map[name],
                (JsonArray list, int index) when index < list.Count => list[index],
                _ => null,
            };
        }
        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<object> path) =>
        (string?)node.At(path);

    public static IEnumerable<JsonNode> List(
        this JsonNode? node,
        params ReadOnlySpan<object> path
    ) => node.At(path) is JsonArray list ? list.Select(item => item!) : [];

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Map(
        this JsonNode? node,
        params ReadOnlySpan<object> path
    ) => node.At(path) is JsonObject map ? map : [];

    private static JsonNode? Node(object? value) =>
        value switch
        {
            null => null,
            IDictionary<object, object> map => new JsonObject(
                map.Select(pair => KeyValuePair.Create((string)pair.Key, Node((object?)pair.Value)))
            ),
            IList<object> list => new JsonArray([.. list.Select(Node)]),
            _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
        };
}
