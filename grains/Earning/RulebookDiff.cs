using System.Text.Json;

namespace PointsMall.Grains.Earning;

/// <summary>How two rulebooks differ, by rule and field.</summary>
public static class RulebookDiff
{
    /// <summary>Lists whose items have an id; what is compared are items of one id.</summary>
    private static readonly string[] ListsById = ["rules", "caps", "groups"];

    /// <param name="before">A rulebook.</param>
    /// <param name="after">Another one.</param>
    /// <returns>Every place in which they differ, in the order of the paths.</returns>
    public static ImmutableArray<RulebookChange> Between(string before, string after)
    {
        using var was = JsonDocument.Parse(before);
        using var now = JsonDocument.Parse(after);
        var changes = new List<RulebookChange>();
        Compare("", was.RootElement, now.RootElement, changes);
        return [.. changes.OrderBy(change => change.Path, StringComparer.Ordinal)];
    }

    private static void Compare(
        string path,
        JsonElement? was,
        JsonElement? now,
        List<RulebookChange> changes
    )
    {
        if (was is { } before && now is { } after && JsonElement.DeepEquals(before, after))
        {
            return;
        }
        if (
            was is { ValueKind: JsonValueKind.Object } first
            && now is { ValueKind: JsonValueKind.Object } second
        )
        {
            CompareParts(path, FieldsOf(first), FieldsOf(second), changes);
        }
        else if (
            ListsById.Any(list => path == $"/{list}")
            && ItemsOf(was) is { } items
            && ItemsOf(now) is { } others
        )
        {
            CompareParts(path, items, others, changes);
        }
        else
        {
            changes.Add(new(path, was?.GetRawText(), now?.GetRawText()));
        }
    }

    private static void CompareParts(
        string path,
        Dictionary<string, JsonElement> was,
        Dictionary<string, JsonElement> now,
        List<RulebookChange> changes
    )
    {
        foreach (var name in was.Keys.Union(now.Keys, StringComparer.Ordinal))
        {
            Compare(
                $"{path}/{name}",
                was.TryGetValue(name, out var before) ? before : null,
                now.TryGetValue(name, out var after) ? after : null,
                changes
            );
        }
    }

    /// <summary>Of fields with one name the last counts, as it does for most readers of JSON.</summary>
    private static Dictionary<string, JsonElement> FieldsOf(JsonElement value)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in value.EnumerateObject())
        {
            fields[field.Name] = field.Value;
        }
        return fields;
    }

    /// <summary>Null when they don't have an id each: a draft may be anything.</summary>
    private static Dictionary<string, JsonElement>? ItemsOf(JsonElement? list)
    {
        var items = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (list is not { } given)
        {
            return items;
        }
        if (given.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        foreach (var item in given.EnumerateArray())
        {
            if (
                item.ValueKind != JsonValueKind.Object
                || !item.TryGetProperty("id", out var id)
                || id.ValueKind != JsonValueKind.String
                || !items.TryAdd(id.GetString()!, item)
            )
            {
                return null;
            }
        }
        return items;
    }
}
