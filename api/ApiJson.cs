using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using PointsMall.Api.Requests;

namespace PointsMall.Api;

/// <summary>The one JSON dialect of the API: camelCase, strict numbers, unknown and duplicate fields refused, instants in UTC.</summary>
internal static class ApiJson
{
    /// <summary>Leaves Chinese and other letters readable; what HTML could misread stays escaped.</summary>
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);

    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = Encoder };

    public static readonly JsonDocumentOptions DocumentOptions = new()
    {
        MaxDepth = Limits.JsonDepth,
        AllowDuplicateProperties = false,
    };

    public static readonly JsonSerializerOptions Options = CreateOptions();

    public static JsonTypeInfo<T> TypeOf<T>() => Cached<T>.Type;

    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.Encoder = Encoder;
        options.Converters.Add(new InstantConverter());
        options.TypeInfoResolverChain.Clear();
        options.TypeInfoResolverChain.Add(ApiJsonContext.Default);
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions { MaxDepth = Limits.JsonDepth };
        Configure(options);
        options.MakeReadOnly();
        return options;
    }

    private static class Cached<T>
    {
        public static readonly JsonTypeInfo<T> Type =
            (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }
}

/// <summary>RFC 3339: an instant without an offset would mean another time in another zone, so it is refused; answers are in UTC.</summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        if (
            reader.TokenType == JsonTokenType.String
            && Instants.TryParse(reader.GetString(), out var instant)
        )
        {
            return instant;
        }
        throw new JsonException();
    }

    public override void Write(
        Utf8JsonWriter writer,
        DateTimeOffset value,
        JsonSerializerOptions options
    ) => writer.WriteStringValue(value.UtcDateTime);
}
