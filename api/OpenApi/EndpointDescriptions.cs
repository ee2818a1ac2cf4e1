using Microsoft.AspNetCore.Mvc;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;

namespace PointsMall.Api.OpenApi;

/// <summary>The errors that an endpoint answers with, beyond those of every endpoint.</summary>
internal sealed record RefusalMetadata(IReadOnlyList<ErrorKind> Kinds);

/// <summary>A query parameter or header that an endpoint reads.</summary>
internal sealed record ParameterMetadata(string Name, string Description)
{
    public bool InHeader { get; init; }
    public bool Required { get; init; }

    /// <summary>A JSON schema type: string, integer, boolean.</summary>
    public string Type { get; init; } = "string";
    public string? Format { get; init; }
    public IReadOnlyList<string>? Allowed { get; init; }
    public long? Min { get; init; }
    public long? Max { get; init; }
    public int? MaxLength { get; init; }
    public string? Default { get; init; }
}

/// <summary>Headers that an endpoint's successful answer carries.</summary>
internal sealed record AnswerHeaderMetadata(string Name, string Description);

/// <summary>Says what an endpoint takes and refuses, for the description of the API and for the checks that read it.</summary>
internal static class EndpointDescriptions
{
    private const string Json = "application/json";
    public const string NdJson = "application/x-ndjson";

    public static readonly ErrorKind[] CommandErrors =
    [
        Errors.InvalidRequest,
        Errors.RequestTooLarge,
        Errors.UnsupportedMediaType,
        Errors.Overloaded,
        Errors.OutcomeUnknown,
    ];

    /// <summary>A command with a JSON body.</summary>
    public static RouteHandlerBuilder Takes<TBody>(
        this RouteHandlerBuilder endpoint,
        bool optionalBody = false
    )
        where TBody : class => endpoint.Accepts<TBody>(optionalBody, Json).Refuses(CommandErrors);

    /// <summary>A bulk call of rows.</summary>
    public static RouteHandlerBuilder TakesRows<TRow>(this RouteHandlerBuilder endpoint)
        where TRow : class =>
        endpoint
            .Accepts<IReadOnlyList<TRow>>(Json, NdJson)
            .WithMetadata(new RequestSizeLimitAttribute(Limits.BulkBodyBytes))
            .Refuses(Errors.InvalidRequest, Errors.RequestTooLarge, Errors.UnsupportedMediaType);

    /// <summary>A call of one row, or of many.</summary>
    public static RouteHandlerBuilder TakesOneOrRows<TRow>(this RouteHandlerBuilder endpoint)
        where TRow : class =>
        endpoint
            .Accepts<TRow>(Json, NdJson)
            .WithMetadata(new RequestSizeLimitAttribute(Limits.BulkBodyBytes))
            .Refuses(CommandErrors);

    /// <summary>The command has an idempotency key.</summary>
    public static RouteHandlerBuilder WithKey(this RouteHandlerBuilder endpoint, bool required)
    {
        endpoint
            .WithMetadata(
                new ParameterMetadata(
                    CommandHeaders.KeyHeader,
                    "Names this command of this caller for ever: the same key with the same content is answered with the first result and has no second effect. 1 to 255 printable ASCII characters."
                )
                {
                    InHeader = true,
                    Required = required,
                    MaxLength = Limits.IdempotencyKey,
                }
            )
            .WithMetadata(
                new AnswerHeaderMetadata(
                    CommandHeaders.ReplayedHeader,
                    "`true` when an earlier command with this key did the work."
                )
            )
            .Refuses(Errors.IdempotencyKeyReused);
        return required
            ? endpoint.WithMetadata(new KeyRequired()).Refuses(Errors.IdempotencyKeyMissing)
            : endpoint;
    }

    /// <summary>The answer names the new resource's address.</summary>
    public static RouteHandlerBuilder WithLocation(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(
            new AnswerHeaderMetadata("Location", "The address of what was created.")
        );

    public static RouteHandlerBuilder Refuses(
        this RouteHandlerBuilder endpoint,
        params ErrorKind[] kinds
    ) => endpoint.WithMetadata(new RefusalMetadata(kinds));

    public static RouteHandlerBuilder WithQuery(
        this RouteHandlerBuilder endpoint,
        params ParameterMetadata[] parameters
    )
    {
        foreach (var parameter in parameters)
        {
            endpoint.WithMetadata(parameter);
        }
        return endpoint.Refuses(Errors.InvalidRequest);
    }

    /// <summary>The parameters of every list.</summary>
    public static RouteHandlerBuilder WithPaging(this RouteHandlerBuilder endpoint) =>
        endpoint.WithQuery(
            new ParameterMetadata("limit", "Most items on the page.")
            {
                Type = "integer",
                Min = 1,
                Max = Limits.MaxPageSize,
                Default = "20",
            },
            new ParameterMetadata(
                "cursor",
                "The `nextCursor` of the page before; without it the list starts."
            )
        );

    /// <summary>Texts come in the caller's language.</summary>
    public static RouteHandlerBuilder WithLanguage(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithMetadata(
                new ParameterMetadata(
                    "Accept-Language",
                    "Languages of texts, best first; what is not translated comes in the programme's own language."
                )
                {
                    InHeader = true,
                }
            )
            .WithMetadata(
                new AnswerHeaderMetadata("Content-Language", "The languages of the texts sent.")
            );
}
