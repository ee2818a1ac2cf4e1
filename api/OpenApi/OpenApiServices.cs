using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PointsMall.Api.Requests;
using Scalar.AspNetCore;

namespace PointsMall.Api.OpenApi;

/// <summary>The description of the API: generated from the code at <c>/openapi/v1.json</c>, readable at <c>/docs</c>.</summary>
internal static class OpenApiServices
{
    public const string Path = "/openapi/v1.json";

    private const string DocumentName = "v1";

    /// <summary>The pages of /docs load their own script and style, and nothing from elsewhere.</summary>
    private const string DocsPolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

    public static void AddMallOpenApi(this IServiceCollection services) =>
        services.AddOpenApi(
            DocumentName,
            options =>
            {
                options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                options.CreateSchemaReferenceId = SchemaName.Of;
                options.AddSchemaTransformer<SchemaDescriptions>();
                options.AddOperationTransformer<OperationDescriptions>();
                options.AddDocumentTransformer<DocumentDescription>();
            }
        );

    public static void MapMallOpenApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        routes
            .MapScalarApiReference(
                "/docs",
                (options, http) =>
                {
                    http.Response.Headers.ContentSecurityPolicy = DocsPolicy;
                    options
                        .WithTitle("Points mall")
                        .DisableDefaultFonts()
                        .DisableTelemetry()
                        .DisableAgent();
                }
            )
            .AllowAnonymous()
            .ExcludeFromDescription();
    }
}

/// <summary>Names of schemas: the type's, without the words that tell requests and answers apart in the code.</summary>
internal static class SchemaName
{
    public static string? Of(System.Text.Json.Serialization.Metadata.JsonTypeInfo type)
    {
        if (type.Type.IsGenericType && type.Type.GetGenericTypeDefinition() == typeof(Page<>))
        {
            return Trim(type.Type.GenericTypeArguments[0].Name) + "Page";
        }
        return OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } name ? Trim(name) : null;
    }

    private static string Trim(string name) =>
        name.EndsWith("Answer", StringComparison.Ordinal) ? name[..^"Answer".Length]
        : name.EndsWith("Body", StringComparison.Ordinal) ? name[..^"Body".Length]
        : name;
}
