using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Text;

namespace PointsMall.Grains.Earning;

/// <summary>Events, outcomes and purchases as JSON columns. Members are only ever added: what is stored must stay readable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(LocalDateConverter)]
)]
[JsonSerializable(typeof(EarningEvent))]
[JsonSerializable(typeof(EventOutcome))]
[JsonSerializable(typeof(StoredPurchase))]
internal sealed partial class EarningJson : JsonSerializerContext
{
    public static string Write(EarningEvent e) => JsonSerializer.Serialize(e, Default.EarningEvent);

    public static string Write(EventOutcome outcome) =>
        JsonSerializer.Serialize(outcome, Default.EventOutcome);

    public static string Write(StoredPurchase purchase) =>
        JsonSerializer.Serialize(purchase, Default.StoredPurchase);

    public static EventOutcome ReadOutcome(string json) =>
        JsonSerializer.Deserialize(json, Default.EventOutcome)
        ?? throw new JsonException("An event's outcome is null");

    public static StoredPurchase ReadPurchase(string json) =>
        JsonSerializer.Deserialize(json, Default.StoredPurchase)
        ?? throw new JsonException("A purchase's state is null");
}

/// <summary>A date as <c>2026-11-27</c>.</summary>
internal sealed class LocalDateConverter : JsonConverter<LocalDate>
{
    public override LocalDate Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => LocalDatePattern.Iso.Parse(reader.GetString() ?? "").GetValueOrThrow();

    public override void Write(
        Utf8JsonWriter writer,
        LocalDate value,
        JsonSerializerOptions options
    ) => writer.WriteStringValue(LocalDatePattern.Iso.Format(value));
}
