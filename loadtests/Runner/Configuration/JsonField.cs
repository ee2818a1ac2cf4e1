using System.Globalization;
using System.Text.Json;

namespace PointsMall.LoadTests.Runner.Configuration;

/// <summary>A field of a config and its path, which every complaint about it names.</summary>
internal readonly record struct JsonField(string Path, JsonElement Element)
{
    /// <exception cref="RunConfigException">Always.</exception>
    public Exception Bad(string demand) =>
        new RunConfigException($"config: {Path} is {Element.GetRawText()}, but {demand}");

    public string Text() =>
        Element.ValueKind == JsonValueKind.String
            ? Element.GetString()!
            : throw Bad("it must be a text");

    public bool Flag() =>
        Element.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? Element.GetBoolean()
            : throw Bad("it must be true or false");

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public int Number(int least) =>
        Element.ValueKind == JsonValueKind.Number
        && Element.TryGetInt32(out var number)
        && number >= least
            ? number
            : throw Bad($"it must be a whole number of at least {least}");

    public TimeSpan Time() =>
        Element.ValueKind == JsonValueKind.String
        && TimeSpan.TryParse(Element.GetString(), CultureInfo.InvariantCulture, out var time)
        && time >= TimeSpan.Zero
            ? time
            : throw Bad("it must be a time, written hh:mm:ss");

    public TEnum OneOf<TEnum>()
        where TEnum : struct, Enum =>
        Element.ValueKind == JsonValueKind.String
        && Enum.TryParse<TEnum>(Element.GetString(), ignoreCase: true, out var value)
        && Enum.IsDefined(value)
            ? value
            : throw Bad($"it must be one of {string.Join(", ", Enum.GetNames<TEnum>())}");

    public IReadOnlyList<JsonField> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array)
        {
            throw Bad("it must be a list");
        }
        var path = Path;
        return
        [
            .. Element
                .EnumerateArray()
                .Select((item, index) => new JsonField($"{path}[{index}]", item)),
        ];
    }

    /// <summary>Exactly so many items.</summary>
    public IReadOnlyList<JsonField> Items(int count, string demand)
    {
        var items = Items();
        return items.Count == count ? items : throw Bad(demand);
    }

    public IReadOnlyList<(string Name, JsonField Value)> Fields()
    {
        if (Element.ValueKind != JsonValueKind.Object)
        {
            throw Bad("it must be an object");
        }
        var path = Path;
        return
        [
            .. Element
                .EnumerateObject()
                .Where(one => one.Value.ValueKind != JsonValueKind.Null)
                .Select(one =>
                    (
                        one.Name,
                        new JsonField(path.Length == 0 ? one.Name : $"{path}.{one.Name}", one.Value)
                    )
                ),
        ];
    }

    /// <exception cref="RunConfigException">Always: a field that is passed over would be an option that does nothing.</exception>
    public Exception Unknown() => new RunConfigException($"config: there is no field {Path}");
}
