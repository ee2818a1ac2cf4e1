using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace PointsMall.Api.Development;

/// <summary>The demo programme: request bodies, whose instants are ISO 8601 durations after the programme's first day.</summary>
internal sealed record DemoProgramme(
    IReadOnlyList<DemoProduct> Products,
    IReadOnlyList<DemoMember> Members
)
{
    private static readonly string[] InstantFields =
    [
        "redeemableFrom",
        "redeemableTo",
        "expiresAt",
        "pendingUntil",
    ];

    public static DemoProgramme Load()
    {
        using var file = typeof(DemoProgramme).Assembly.GetManifestResourceStream(
            "demo-programme.json"
        )!;
        return JsonSerializer.Deserialize<DemoProgramme>(file, JsonSerializerOptions.Web)!;
    }

    /// <summary>The body with its durations counted from <paramref name="start"/>.</summary>
    public static JsonObject WithInstants(JsonObject body, DateTimeOffset start)
    {
        var dated = (JsonObject)body.DeepClone();
        foreach (var field in InstantFields)
        {
            if (dated[field] is { } duration)
            {
                dated[field] = start + XmlConvert.ToTimeSpan(duration.GetValue<string>());
            }
        }
        return dated;
    }
}

/// <param name="Key">Part of its idempotency keys.</param>
/// <param name="Product">Body of <c>POST /v1/products</c>.</param>
/// <param name="Skus">Its SKUs.</param>
internal sealed record DemoProduct(string Key, JsonObject Product, IReadOnlyList<DemoSku> Skus);

/// <param name="Sku">Body of <c>POST /v1/products/{id}/skus</c>.</param>
/// <param name="Stock">Units of the first delivery.</param>
internal sealed record DemoSku(JsonObject Sku, int Stock);

/// <param name="ExternalId">Its id in the caller's system.</param>
/// <param name="DisplayName">Its name.</param>
/// <param name="Grants">Bodies of <c>POST /v1/members/{id}/points/grants</c>.</param>
internal sealed record DemoMember(
    string ExternalId,
    string DisplayName,
    IReadOnlyList<JsonObject> Grants
);
