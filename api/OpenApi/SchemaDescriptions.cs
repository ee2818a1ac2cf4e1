using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PointsMall.Api.Requests;

namespace PointsMall.Api.OpenApi;

/// <summary>Adds what the framework leaves out of schemas: words that a text may be, instants, what is never null, pages.</summary>
internal sealed class SchemaDescriptions : IOpenApiSchemaTransformer
{
    public Task TransformAsync(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?))
        {
            schema.Type = JsonSchemaType.String;
            if (type == typeof(DateTimeOffset?))
            {
                schema.Type |= JsonSchemaType.Null;
            }
        }
        // Requests are strict; answers may get new fields at any time.
        if (!type.Name.EndsWith("Request", StringComparison.Ordinal))
        {
            schema.AdditionalPropertiesAllowed = true;
        }
        if (context.JsonPropertyInfo?.AttributeProvider is { } property)
        {
            Describe(schema, property);
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Page<>))
        {
            schema.Description = "A page of a list.";
        }
        return Task.CompletedTask;
    }

    private static void Describe(OpenApiSchema schema, ICustomAttributeProvider property)
    {
        if (Attribute<AllowedValuesAttribute>(property) is { } allowed)
        {
            schema.Enum = [.. allowed.Values.Select(value => (JsonNode)(string)value!)];
        }
        var neverNull =
            Attribute<RequiredAttribute>(property) is not null
            || Attribute<JsonIgnoreAttribute>(property)
                is { Condition: JsonIgnoreCondition.WhenWritingNull };
        if (neverNull)
        {
            schema.Type &= ~JsonSchemaType.Null;
        }
    }

    private static T? Attribute<T>(ICustomAttributeProvider property)
        where T : Attribute =>
        (T?)property.GetCustomAttributes(typeof(T), inherit: true).FirstOrDefault();
}
