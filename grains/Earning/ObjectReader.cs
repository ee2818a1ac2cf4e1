using System.Globalization;
using System.Text;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace PointsMall.Grains.Earning;

/// <summary>Collects what is wrong with a document, where: one reading names all of it.</summary>
internal sealed class ReadErrors
{
    private const int Max = 100;
    private readonly List<RulebookError> _errors = [];

    public ImmutableArray<RulebookError> All => [.. _errors];

    public void Add(string pointer, string detail)
    {
        if (_errors.Count < Max)
        {
            _errors.Add(new(pointer, detail));
        }
    }
}

/// <summary>A place in a document: a value with the pointer to it.</summary>
internal readonly record struct Place(JsonElement Value, string Pointer)
{
    public Place Item(int index, JsonElement value) =>
        new(value, string.Create(CultureInfo.InvariantCulture, $"{Pointer}/{index}"));

    public Place Field(string name, JsonElement value) =>
        new(
            value,
            $"{Pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}"
        );
}

/// <summary>
/// Reads an object's fields strictly: each must be of its type and within its bounds, and <see cref="Done"/> names the fields that nobody
/// asked for. A field that is null counts as left out. What is wrong is noted and read as null, so that reading goes on.
/// </summary>
internal sealed class ObjectReader
{
    private readonly ReadErrors _errors;
    private readonly string _pointer;
    private readonly Dictionary<string, Place> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public ObjectReader(Place place, ReadErrors errors)
    {
        _errors = errors;
        _pointer = place.Pointer;
        if (place.Value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(place.Pointer, "must be an object");
            return;
        }
        IsObject = true;
        foreach (var property in place.Value.EnumerateObject())
        {
            var field = place.Field(property.Name, property.Value);
            if (!_fields.TryAdd(property.Name, field))
            {
                errors.Add(field.Pointer, "is there more than once");
            }
        }
    }

    /// <summary>When it is none, that is all that is said about it.</summary>
    public bool IsObject { get; }

    public IEnumerable<KeyValuePair<string, Place>> Fields => _fields;

    /// <summary>The field's value, or null when it is left out.</summary>
    public Place? Find(string name)
    {
        _asked.Add(name);
        return
            _fields.TryGetValue(name, out var place) && place.Value.ValueKind != JsonValueKind.Null
            ? place
            : null;
    }

    public bool Has(string name) => Find(name) is not null;

    /// <summary>The field's value, which must be there.</summary>
    public Place? Require(string name)
    {
        var place = Find(name);
        if (place is null)
        {
            Wrong(name, "is needed");
        }
        return place;
    }

    public void Wrong(string name, string detail)
    {
        if (IsObject)
        {
            _errors.Add($"{_pointer}/{name}", detail);
        }
    }

    /// <summary>Fields that make no sense here.</summary>
    public void Refuse(string because, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Has(name))
            {
                Wrong(name, because);
            }
        }
    }

    public string? Text(string name, int max) =>
        Find(name) is { } place ? Values.Text(place, max, _errors) : null;

    public string? Id(string name) => Checked(name, Find(name), Values.IsId, Values.IdForm);

    public string? RequiredId(string name) =>
        Checked(name, Require(name), Values.IsId, Values.IdForm);

    public string? Currency(string name) =>
        Checked(name, Require(name), EventRules.IsCurrency, "must be an ISO 4217 code, as CNY");

    public T? Word<T>(string name, Words<T> words)
        where T : struct, Enum
    {
        if (Find(name) is not { } place)
        {
            return null;
        }
        if (
            place.Value.ValueKind == JsonValueKind.String
            && words.Find(place.Value.GetString()!) is { } value
        )
        {
            return value;
        }
        _errors.Add(place.Pointer, $"must be one of {string.Join(", ", words.All)}");
        return null;
    }

    public T? RequiredWord<T>(string name, Words<T> words)
        where T : struct, Enum => Require(name) is null ? null : Word(name, words);

    public long? Number(string name, long min, long max)
    {
        if (Find(name) is not { } place)
        {
            return null;
        }
        if (
            place.Value.ValueKind == JsonValueKind.Number
            && place.Value.TryGetInt64(out var number)
            && number >= min
            && number <= max
        )
        {
            return number;
        }
        _errors.Add(
            place.Pointer,
            string.Create(CultureInfo.InvariantCulture, $"must be an integer from {min} to {max}")
        );
        return null;
    }

    public long? RequiredNumber(string name, long min, long max) =>
        Require(name) is null ? null : Number(name, min, max);

    public bool Flag(string name, bool otherwise)
    {
        if (Find(name) is not { } place)
        {
            return otherwise;
        }
        if (place.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return place.Value.GetBoolean();
        }
        _errors.Add(place.Pointer, "must be true or false");
        return otherwise;
    }

    /// <summary>A date, which stands for its first instant, or a date and time of day.</summary>
    public LocalDateTime? DateTime(string name)
    {
        if (Find(name) is not { } place)
        {
            return null;
        }
        if (place.Value.ValueKind == JsonValueKind.String)
        {
            var text = place.Value.GetString()!;
            if (Values.Date(text) is { } date)
            {
                return date.AtMidnight();
            }
            if (
                LocalDateTimePattern.GeneralIso.Parse(text) is { Success: true, Value: var local }
                && Values.IsUsual(local.Date)
            )
            {
                return local;
            }
        }
        _errors.Add(
            place.Pointer,
            "must be a date or a date and time in the programme's zone, as 2026-11-11 or 2026-11-11T20:00:00"
        );
        return null;
    }

    public LocalDate? RequiredDate(string name) =>
        Require(name) is { } place ? Values.Date(place, _errors) : null;

    public decimal? RequiredDecimal(string name, decimal min, decimal max, int places)
    {
        if (Require(name) is not { } place)
        {
            return null;
        }
        if (
            place.Value.ValueKind == JsonValueKind.Number
            && place.Value.TryGetDecimal(out var number)
            && number >= min
            && number <= max
            && decimal.Round(number, places) == number
        )
        {
            return number;
        }
        _errors.Add(
            place.Pointer,
            string.Create(
                CultureInfo.InvariantCulture,
                $"must be a number from {min} to {max} with at most {places} decimals"
            )
        );
        return null;
    }

    /// <summary>The items of an array that may be left out.</summary>
    public ImmutableArray<Place> Items(string name, int min, int max) =>
        Find(name) is { } place ? Values.Items(place, min, max, _errors) : [];

    /// <summary>An array of ids, each once.</summary>
    public ImmutableArray<string> Ids(string name, int max)
    {
        var ids = new List<string>();
        foreach (var item in Items(name, 0, max))
        {
            if (Values.Id(item, _errors) is { } id)
            {
                if (ids.Contains(id, StringComparer.Ordinal))
                {
                    _errors.Add(item.Pointer, "is there more than once");
                }
                ids.Add(id);
            }
        }
        return [.. ids];
    }

    public ObjectReader? Object(string name) =>
        Find(name) is { } place ? new ObjectReader(place, _errors) : null;

    /// <summary>Names the fields that nobody asked for.</summary>
    public void Done()
    {
        foreach (var (name, place) in _fields)
        {
            if (!_asked.Contains(name))
            {
                _errors.Add(place.Pointer, "is not a field that is known here");
            }
        }
    }

    private string? Checked(string name, Place? found, Predicate<string> form, string detail)
    {
        if (found is not { } place)
        {
            return null;
        }
        if (place.Value.ValueKind == JsonValueKind.String && form(place.Value.GetString()!))
        {
            return place.Value.GetString();
        }
        Wrong(name, detail);
        return null;
    }
}

/// <summary>Single values of a document.</summary>
internal static class Values
{
    private const int MaxId = 40;
    private const int FirstYear = 1900;
    private const int LastYear = 7_999;

    public const string IdForm = "must be lower-case snake_case, 1 to 40 characters";

    public static bool IsId(string text) => Texts.IsSnakeCase(text, MaxId);

    public static string? Id(Place place, ReadErrors errors)
    {
        if (place.Value.ValueKind == JsonValueKind.String && IsId(place.Value.GetString()!))
        {
            return place.Value.GetString();
        }
        errors.Add(place.Pointer, IdForm);
        return null;
    }

    /// <summary>A text that says something, in NFC as the texts of events are.</summary>
    public static string? Text(Place place, int max, ReadErrors errors)
    {
        if (
            place.Value.ValueKind == JsonValueKind.String
            && place.Value.GetString()!.Normalize() is var text
            && Texts.Fits(text, 1, max)
            && !text.EnumerateRunes().Any(Rune.IsControl)
        )
        {
            return text;
        }
        errors.Add(
            place.Pointer,
            string.Create(
                CultureInfo.InvariantCulture,
                $"must be a text of 1 to {max} characters, none of them a control character"
            )
        );
        return null;
    }

    public static LocalDate? Date(string text) =>
        LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date } && IsUsual(date)
            ? date
            : null;

    public static LocalDate? Date(Place place, ReadErrors errors)
    {
        if (
            place.Value.ValueKind == JsonValueKind.String
            && Date(place.Value.GetString()!) is { } date
        )
        {
            return date;
        }
        errors.Add(place.Pointer, "must be a date, as 2026-12-31");
        return null;
    }

    public static bool IsUsual(LocalDate date) => date.Year is >= FirstYear and <= LastYear;

    public static ImmutableArray<Place> Items(Place place, int min, int max, ReadErrors errors)
    {
        if (place.Value.ValueKind != JsonValueKind.Array)
        {
            errors.Add(place.Pointer, "must be an array");
            return [];
        }
        var count = place.Value.GetArrayLength();
        if (count < min || count > max)
        {
            errors.Add(
                place.Pointer,
                string.Create(CultureInfo.InvariantCulture, $"must have {min} to {max} items")
            );
            return [];
        }
        return [.. place.Value.EnumerateArray().Select((item, i) => place.Item(i, item))];
    }
}
