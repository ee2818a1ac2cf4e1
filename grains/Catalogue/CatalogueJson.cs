using System.Text.Json;
using System.Text.Json.Serialization;

namespace PointsMall.Grains.Catalogue;

/// <summary>Rows of the catalogue as JSON in the columns' names, for <c>jsonb_populate_record</c> and from <c>to_jsonb</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(Sku))]
internal sealed partial class CatalogueJson : JsonSerializerContext
{
    public static string Write(Product product) =>
        JsonSerializer.Serialize(product, Default.Product);

    public static string Write(Sku sku) => JsonSerializer.Serialize(sku, Default.Sku);

    public static Product ReadProduct(string json) =>
        JsonSerializer.Deserialize(json, Default.Product)
        ?? throw new JsonException("A product's row is null");

    public static Sku ReadSku(string json) =>
        JsonSerializer.Deserialize(json, Default.Sku)
        ?? throw new JsonException("A SKU's row is null");
}
