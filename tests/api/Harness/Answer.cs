using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace PointsMall.Tests.Api.Harness;

/// <summary>An answer of the API, read whole.</summary>
public sealed record Answer(int Status, HttpResponseHeaders Headers, string? MediaType, string Text)
{
    public JsonNode Body => JsonNode.Parse(Text)!;

    public string? Code => (string?)Body["code"];

    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>Sends one request on a real socket.</summary>
    public static async Task<Answer> To(
        HttpClient client,
        HttpMethod method,
        string path,
        string? token = null,
        string? body = null,
        string? key = null,
        string mediaType = "application/json",
        string? language = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }
        if (language is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Language", language);
        }
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, mediaType);
        }
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        foreach (var header in response.Content.Headers)
        {
            // Content headers are headers of the answer to a test.
            response.Headers.TryAddWithoutValidation("X-" + header.Key, header.Value);
        }
        return new Answer(
            (int)response.StatusCode,
            response.Headers,
            response.Content.Headers.ContentType?.MediaType,
            text
        );
    }
}
