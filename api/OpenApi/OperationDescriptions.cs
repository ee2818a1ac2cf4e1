using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PointsMall.Api.Authentication;
using PointsMall.Api.Problems;
using PointsMall.Api.RateLimits;

namespace PointsMall.Api.OpenApi;

/// <summary>Writes into each operation what its endpoint's metadata says: parameters, headers, who may call it, and every error.</summary>
internal sealed class OperationDescriptions : IOpenApiOperationTransformer
{
    private static readonly (string Name, string Description)[] RateLimitHeaders =
    [
        ("RateLimit-Limit", "Requests that may come at once."),
        ("RateLimit-Remaining", "Requests left at once."),
        ("RateLimit-Reset", "Seconds until all of them are there again."),
    ];

    public Task TransformAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var limited = !metadata.OfType<Unlimited>().Any();
        AddParameters(operation, metadata);
        AddAnswerHeaders(operation, metadata, limited);
        var policy = metadata.OfType<IAuthorizeData>().Select(data => data.Policy).FirstOrDefault();
        if (policy is not null)
        {
            AddSecurity(operation, context.Document!, policy);
        }
        AddErrors(operation, context.Document!, ErrorsOf(metadata, policy, limited));
        return Task.CompletedTask;
    }

    private static void AddParameters(OpenApiOperation operation, IList<object> metadata)
    {
        operation.Parameters ??= [];
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>())
        {
            parameter.Description ??= $"The {parameter.Name![..^2]}'s id, a UUID.";
        }
        foreach (var parameter in metadata.OfType<ParameterMetadata>())
        {
            operation.Parameters.Add(ToParameter(parameter));
        }
    }

    private static OpenApiParameter ToParameter(ParameterMetadata parameter) =>
        new()
        {
            Name = parameter.Name,
            In = parameter.InHeader ? ParameterLocation.Header : ParameterLocation.Query,
            Required = parameter.Required,
            Description = parameter.Description,
            Schema = new OpenApiSchema
            {
                Type = parameter.Type switch
                {
                    "integer" => JsonSchemaType.Integer,
                    "boolean" => JsonSchemaType.Boolean,
                    _ => JsonSchemaType.String,
                },
                Format = parameter.Format ?? (parameter.Type == "integer" ? "int64" : null),
                Enum = parameter.Allowed is { } allowed
                    ? [.. allowed.Select(value => (JsonNode)value)]
                    : null,
                Minimum = parameter.Min?.ToString(CultureInfo.InvariantCulture),
                Maximum = parameter.Max?.ToString(CultureInfo.InvariantCulture),
                MinLength = parameter is { InHeader: true, MaxLength: not null } ? 1 : null,
                MaxLength = parameter.MaxLength,
                Default = parameter.Default is { } value
                    ? parameter.Type == "integer"
                        ? int.Parse(value, CultureInfo.InvariantCulture)
                        : value
                    : null,
            },
        };

    private static void AddAnswerHeaders(
        OpenApiOperation operation,
        IList<object> metadata,
        bool limited
    )
    {
        foreach (var answer in operation.Responses!.Values.OfType<OpenApiResponse>())
        {
            answer.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
            foreach (var header in metadata.OfType<AnswerHeaderMetadata>())
            {
                answer.Headers[header.Name] = Header(header.Description, JsonSchemaType.String);
            }
            if (limited)
            {
                AddRateLimitHeaders(answer.Headers);
            }
        }
    }

    private static void AddRateLimitHeaders(IDictionary<string, IOpenApiHeader> headers)
    {
        foreach (var (name, description) in RateLimitHeaders)
        {
            headers[name] = Header(description, JsonSchemaType.Integer);
        }
    }

    private static OpenApiHeader Header(string description, JsonSchemaType type) =>
        new()
        {
            Description = description,
            Schema = new OpenApiSchema { Type = type },
        };

    private static void AddSecurity(
        OpenApiOperation operation,
        OpenApiDocument document,
        string policy
    )
    {
        var needs =
            policy == Permissions.Member
                ? "Needs a member's own token."
                : $"Needs the permission `{policy}`.";
        operation.Description = operation.Description is { Length: > 0 } text
            ? $"{text} {needs}"
            : needs;
        operation.Security =
        [
            new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(DocumentDescription.SchemeName, document)] = [],
            },
        ];
    }

    private static IEnumerable<ErrorKind> ErrorsOf(
        IList<object> metadata,
        string? policy,
        bool limited
    )
    {
        List<ErrorKind> errors = [.. metadata.OfType<RefusalMetadata>().SelectMany(m => m.Kinds)];
        errors.Add(Errors.InternalError);
        if (policy is not null)
        {
            errors.AddRange([Errors.Unauthenticated, Errors.Forbidden]);
        }
        if (limited)
        {
            errors.AddRange([Errors.RateLimited, Errors.Unavailable]);
        }
        return errors.Distinct();
    }

    private static void AddErrors(
        OpenApiOperation operation,
        OpenApiDocument document,
        IEnumerable<ErrorKind> errors
    )
    {
        foreach (var status in errors.GroupBy(kind => kind.Status).OrderBy(group => group.Key))
        {
            var response = new OpenApiResponse
            {
                Description = string.Join(
                    "\n",
                    status.Select(kind => $"- `{kind.Code}`: {kind.Title}.")
                ),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [Problem.ContentType] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchemaReference(
                            DocumentDescription.ProblemName,
                            document
                        ),
                    },
                },
            };
            if (status.Key is 429 or 503)
            {
                response.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
                {
                    ["Retry-After"] = Header("Seconds to wait.", JsonSchemaType.Integer),
                };
            }
            operation.Responses![status.Key.ToString(CultureInfo.InvariantCulture)] = response;
        }
    }
}
