using System.Buffers;
using System.Text;
using System.Text.Json;

namespace PointsMall.Grains.Earning;

/// <summary>A rulebook that was read, or what is wrong with it.</summary>
/// <param name="Terms">Null when there are errors.</param>
/// <param name="Errors">Each with the path of the bad field; at most 100.</param>
public sealed record RulebookReading(RulebookTerms? Terms, ImmutableArray<RulebookError> Errors);

/// <summary>Reads a rulebook from JSON and checks everything that can be checked without an event. docs/rules.md is the language.</summary>
public static class RulebookReader
{
    public const int MaxBytes = 256 * 1024;
    public const int MaxRules = 200;
    public const int MaxGroups = 20;
    public const int MaxCaps = 200;

    /// <summary>8 conditions with an array each, and what is around them.</summary>
    private const int MaxJsonDepth = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxJsonDepth };

    public static RulebookReading Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var errors = new ReadErrors();
        var bytes = Encoding.UTF8.GetBytes(json);
        if (bytes.Length > MaxBytes)
        {
            errors.Add("", $"is {bytes.Length} bytes; a rulebook has at most {MaxBytes}");
            return new(null, errors.All);
        }
        try
        {
            if (HasUnpairedSurrogate(bytes))
            {
                errors.Add("", "has an unpaired surrogate in a text");
                return new(null, errors.All);
            }
            using var document = JsonDocument.Parse(bytes, Strict);
            var terms = Read(new Place(document.RootElement, ""), errors);
            return new(errors.All.IsEmpty ? terms : null, errors.All);
        }
        catch (JsonException failure)
        {
            errors.Add(
                "",
                $"is not valid JSON (line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1})"
            );
            return new(null, errors.All);
        }
    }

    /// <summary>A draft may be wrong in any way but these: it must be some JSON object of a bounded size.</summary>
    public static Refusal? CheckDraft(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Read(json).Errors.Any(error => error.Path.Length == 0)
            ? Refusal.Invalid(
                "document",
                $"must be a JSON object of at most {MaxBytes} bytes with well-formed texts"
            )
            : null;
    }

    /// <summary>The document as it is kept and compared: without white space, fields in the order of their names.</summary>
    /// <param name="json">Read without errors.</param>
    public static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json, Strict);
        var output = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(output))
        {
            Write(writer, document.RootElement);
        }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (
                    var field in value
                        .EnumerateObject()
                        .OrderBy(f => f.Name, StringComparer.Ordinal)
                )
                {
                    writer.WritePropertyName(field.Name);
                    Write(writer, field.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>An unpaired surrogate is no text; <see cref="JsonElement"/> would only find out when it is asked for it.</summary>
    private static bool HasUnpairedSurrogate(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxJsonDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    _ = reader.GetString();
                }
            }
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static RulebookTerms? Read(Place place, ReadErrors errors)
    {
        var node = new ObjectReader(place, errors);
        var rewards = new RewardReader(errors);
        var groups = node.Items("groups", 0, MaxGroups)
            .Select(item => ReadGroup(item, errors))
            .OfType<RuleGroup>()
            .ToImmutableArray();
        var caps = node.Items("caps", 0, MaxCaps)
            .Select(item => ReadCap(item, errors))
            .OfType<Cap>()
            .ToImmutableArray();
        var validity = node.Find("validity") is { } found ? rewards.ReadValidity(found) : null;
        var places = node.Require("rules") is null ? [] : node.Items("rules", 0, MaxRules);
        var names = new RuleNames(groups, caps, validity);
        var rules = places
            .Select(item => (Place: item, Rule: new RuleReader(names, errors).Read(item)))
            .ToArray();
        var terms = new RulebookTerms
        {
            Stacking = node.Word("stacking", RuleWords.Stackings) ?? Stacking.All,
            Overlap =
                node.Word("multiplierOverlap", RuleWords.Overlaps) ?? MultiplierOverlap.Highest,
            Groups = groups,
            Caps = caps,
            Rules = [.. rules.Select(rule => rule.Rule).OfType<Rule>()],
        };
        node.Done();
        CheckIds(terms, errors);
        foreach (var (at, rule) in rules)
        {
            if (rule?.Reward is MultiplierReward multiplier)
            {
                CheckOver(at, rule, multiplier, terms, errors);
            }
        }
        return terms;
    }

    private static RuleGroup? ReadGroup(Place place, ReadErrors errors)
    {
        var node = new ObjectReader(place, errors);
        var id = node.RequiredId("id");
        var stacking = node.RequiredWord("stacking", RuleWords.Stackings);
        node.Done();
        return id is not null && stacking is { } policy ? new RuleGroup(id, policy) : null;
    }

    private static Cap? ReadCap(Place place, ReadErrors errors)
    {
        var node = new ObjectReader(place, errors);
        var id = node.RequiredId("id");
        var scope = node.RequiredWord("scope", RuleWords.Scopes);
        var points = node.Number("points", 1, Rule.MaxPoints);
        var times = node.Number("times", 1, 1_000_000);
        var period = node.Word("period", RuleWords.Periods);
        var over = node.Word("over", RuleWords.Overs);
        node.Done();
        if (scope == CapScope.Member)
        {
            if (!node.Has("period"))
            {
                node.Wrong("period", "is needed: a member's cap counts in a period");
            }
            if (!node.Has("points") && !node.Has("times"))
            {
                node.Wrong("points", "is needed, or times");
            }
        }
        else if (scope is not null)
        {
            node.Refuse("belongs to a cap with the scope member", "period", "times");
            if (!node.Has("points"))
            {
                node.Wrong("points", "is needed");
            }
        }
        return id is null || scope is not { } counts
            ? null
            : new Cap
            {
                Id = id,
                Scope = counts,
                Period = period ?? CapPeriod.Total,
                Points = points,
                Times = times,
                Over = over ?? CapOver.Clip,
            };
    }

    /// <summary>Counters and entries name rules and caps by their ids alone.</summary>
    private static void CheckIds(RulebookTerms terms, ReadErrors errors)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        Report("rules", terms.Rules.Select(rule => rule.Id));
        Report("caps", terms.Caps.Select(cap => cap.Id));
        known.Clear();
        Report("groups", terms.Groups.Select(group => group.Id));

        void Report(string list, IEnumerable<string> ids)
        {
            foreach (var id in ids)
            {
                if (!known.Add(id))
                {
                    errors.Add(
                        $"/{list}",
                        $"has the id {id}, which is taken by another rule, cap or group"
                    );
                }
            }
        }
    }

    private static void CheckOver(
        Place place,
        Rule rule,
        MultiplierReward multiplier,
        RulebookTerms terms,
        ReadErrors errors
    )
    {
        for (var i = 0; i < multiplier.Over.Length; i++)
        {
            var other = terms.Rules.FirstOrDefault(other => other.Id == multiplier.Over[i]);
            if (other is null || other.Event != rule.Event || other.Reward is MultiplierReward)
            {
                errors.Add(
                    $"{place.Pointer}/reward/over/{i}",
                    $"must be the id of a rule for {rule.Event} that gives points"
                );
            }
        }
    }
}

/// <summary>What rules may name.</summary>
/// <param name="Groups">The rulebook's groups.</param>
/// <param name="Caps">The rulebook's caps.</param>
/// <param name="Validity">The validity of rules that state none.</param>
internal sealed record RuleNames(
    ImmutableArray<RuleGroup> Groups,
    ImmutableArray<Cap> Caps,
    Validity? Validity
);
