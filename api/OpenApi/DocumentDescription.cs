using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PointsMall.Api.Problems;

namespace PointsMall.Api.OpenApi;

/// <summary>What the document says once: conventions, the token, the shape of errors.</summary>
internal sealed class DocumentDescription : IOpenApiDocumentTransformer
{
    public const string SchemeName = "token";
    public const string ProblemName = "Problem";

    private const string Conventions = """
        Members earn points and redeem them for products, coupons and gifts.

        - JSON in camelCase; ids are UUIDs; points are integers of at most 10^15; instants are RFC 3339, answered in UTC.
        - Requests are strict: unknown, duplicate and wrongly typed fields are refused with 400. Texts have no control characters and are normalized to NFC.
        - `Idempotency-Key` names a command of one caller for ever. The same key with the same content is answered with the first result, with another content with 422. A refusal changed nothing and is not remembered.
        - Errors are RFC 9457 problems; branch on `code`.
        - Lists are read page by page with `limit` and `cursor`, in an order that stays while rows are added.
        - 429 and 503 carry `Retry-After`; sending the same request again with the same key is always safe.
        """;

    public Task TransformAsync(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        document.Info = new OpenApiInfo
        {
            Title = "Points mall",
            Version = "v1",
            Description = Conventions,
        };
        // The same document wherever it is served.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(
            StringComparer.Ordinal
        )
        {
            [SchemeName] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description =
                    "A JWT signed with RS256 or ES256. A member's token has the member's id as `sub`; staff and partner tokens carry `permissions`.",
            },
        };
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>(
            StringComparer.Ordinal
        );
        document.Components.Schemas[ProblemName] = ProblemSchema();
        DescribeRowError(document);
        return Task.CompletedTask;
    }

    /// <summary>A bulk row's error is written as a problem; the serializer only knows that it is JSON.</summary>
    private static void DescribeRowError(OpenApiDocument document)
    {
        var schemas = document.Components!.Schemas!;
        var row = schemas["BulkRow"].Properties!;
        row["error"] = new OpenApiSchema
        {
            Description = "Why the row was refused; null for a row that was carried out.",
            OneOf =
            [
                new OpenApiSchema { Type = JsonSchemaType.Null },
                new OpenApiSchemaReference(ProblemName, document),
            ],
        };
        schemas.Remove("JsonElement");
    }

    private static OpenApiSchema ProblemSchema() =>
        new()
        {
            Type = JsonSchemaType.Object,
            Description =
                "An RFC 9457 problem. Beyond the members that are always there it has those that belong to its code.",
            Required = new HashSet<string>(StringComparer.Ordinal)
            {
                "type",
                "title",
                "status",
                "detail",
                "code",
                "traceId",
            },
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["type"] = Text("A stable URI that ends in the code.", "uri"),
                ["title"] = Text("What happened, the same for every occurrence."),
                ["status"] = Number("The HTTP status."),
                ["detail"] = Text("What to do."),
                ["code"] = Code(),
                ["traceId"] = Text("Names this request in the mall's logs and traces."),
                ["required"] = Number("Points that the command needs."),
                ["available"] = Number("Points that the member has, or units of stock left."),
                ["skuId"] = Text("The SKU that the refusal is about.", "uuid"),
                ["limit"] = Number("Units that one member may redeem in the window."),
                ["redeemed"] = Number("Units that the member has redeemed in the window."),
                ["window"] = Text("The limit's window: total, day, week or month."),
                ["startsAt"] = Text("When the offer begins.", "date-time"),
                ["serverTime"] = Text("The server's clock when it refused.", "date-time"),
                ["secondsLeft"] = Number("Seconds from `serverTime` to `startsAt`, rounded up."),
                ["orderStatus"] = Text("The order's status when it refused."),
                ["holdStatus"] = Text("The hold's status when it refused."),
                ["permission"] = Text("The permission that the token lacks."),
                ["retryAfterSeconds"] = Number("Seconds to wait; also in Retry-After."),
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Description = "Messages by field, as `items[0].quantity`.",
                    AdditionalProperties = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Array,
                        Items = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                },
            },
        };

    private static OpenApiSchema Text(string description, string? format = null) =>
        new()
        {
            Type = JsonSchemaType.String,
            Description = description,
            Format = format,
        };

    private static OpenApiSchema Number(string description) =>
        new()
        {
            Type = JsonSchemaType.Integer,
            Description = description,
            Format = "int64",
        };

    private static OpenApiSchema Code()
    {
        var code = Text("What clients branch on.");
        code.Enum = [.. Errors.All.Select(kind => (JsonNode)kind.Code)];
        return code;
    }
}
