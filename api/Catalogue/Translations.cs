using System.Text.Json;
using PointsMall.Api.Requests;

namespace PointsMall.Api.Catalogue;

/// <summary>Chooses the language of one product's or SKU's texts.</summary>
internal sealed class Translations : IDisposable
{
    private readonly JsonDocument _document;
    private readonly string[] _languages;

    public Translations(string json)
    {
        _document = JsonDocument.Parse(json);
        _languages = [.. _document.RootElement.EnumerateObject().Select(field => field.Name)];
    }

    /// <summary>The translation to show, or null for the texts in the default language.</summary>
    public Translated? Choose(Languages languages, string defaultLanguage) =>
        languages.Choose(_languages, defaultLanguage) is { } language
            ? new Translated(language, _document.RootElement.GetProperty(language))
            : null;

    public void Dispose() => _document.Dispose();
}

/// <summary>Texts in one language; what is missing comes in the default language.</summary>
internal sealed record Translated(string Language, JsonElement Texts)
{
    public string Of(string field, string fallback) =>
        Texts.TryGetProperty(field, out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : fallback;
}

/// <summary>Collects the languages of an answer for its Content-Language.</summary>
internal sealed class LanguagesSent(Languages languages, string defaultLanguage)
{
    private readonly SortedSet<string> _sent = new(StringComparer.Ordinal);

    /// <summary>Picks texts out of a row's translations.</summary>
    public T Pick<T>(string translations, Func<Func<string, string, string>, T> make)
    {
        using var all = new Translations(translations);
        var chosen = all.Choose(languages, defaultLanguage);
        _sent.Add(chosen?.Language ?? defaultLanguage);
        return make((field, fallback) => chosen?.Of(field, fallback) ?? fallback);
    }

    public void WriteTo(HttpResponse response)
    {
        response.Headers.Vary = "Accept-Language, Authorization";
        response.Headers.ContentLanguage =
            _sent.Count == 0 ? defaultLanguage : string.Join(", ", _sent);
    }
}
