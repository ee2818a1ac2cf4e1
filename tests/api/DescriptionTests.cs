using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using PointsMall.Api.Problems;
using PointsMall.GrainInterfaces;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api;

/// <summary>What the API says of itself: the OpenAPI document and the page of errors.</summary>
public sealed class DescriptionTests(LonelyApi api)
{
    [Fact]
    public async Task The_document_that_is_served_is_the_one_that_is_committed()
    {
        var served = await api.Send(HttpMethod.Get, "/openapi/v1.json");
        Assert.Equal(200, served.Status);
        Assert.True(
            served.Text.TrimEnd() == (await Read("api/openapi.v1.json")).TrimEnd(),
            "Write it anew: dotnet run --project api -- openapi"
        );
    }

    [Fact]
    public async Task Every_operation_field_and_parameter_is_described()
    {
        var document = JsonNode.Parse(await Read("api/openapi.v1.json"))!;
        foreach (var (path, operations) in (JsonObject)document["paths"]!)
        {
            foreach (var (method, operation) in (JsonObject)operations!)
            {
                Assert.True(operation!["summary"] is not null, $"{method} {path}");
                Assert.True(operation["operationId"] is not null, $"{method} {path}");
                foreach (var parameter in (JsonArray?)operation["parameters"] ?? [])
                {
                    Assert.True(
                        parameter!["description"] is not null,
                        $"{path} {parameter["name"]}"
                    );
                }
            }
        }
        foreach (var (name, schema) in (JsonObject)document["components"]!["schemas"]!)
        {
            Assert.True(schema!["description"] is not null, name);
            foreach (var (property, described) in (JsonObject)schema["properties"]!)
            {
                var texts = described!["oneOf"] is JsonArray parts
                    ? parts.Append(described)
                    : [described];
                Assert.True(
                    texts.Any(part => part!["description"] is not null),
                    $"{name}.{property}"
                );
            }
        }
    }

    [Fact]
    public async Task The_page_of_errors_has_every_code_with_its_status_and_no_other()
    {
        var page = await Read("docs/errors.md");
        var rows = page.Split('\n')
            .Where(line => line.StartsWith("| <a id=", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (cells[1].Split('`')[1], cells[2], cells[3], cells[4]));
        Assert.Equal(
            Errors.All.Select(kind => (kind.Code, $"{kind.Status}", kind.Title, kind.Remedy)),
            rows
        );
    }

    [Fact]
    public void Every_refusal_has_a_code_of_its_own_name()
    {
        foreach (var code in Enum.GetValues<RefusalCode>())
        {
            var name = string.Concat(
                    $"{code}".Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{c}" : $"{c}")
                )
                .ToLowerInvariant();
            var expected = code == RefusalCode.NotRun ? "unavailable" : name;
            Assert.Equal(expected, Refusals.KindOf(code).Code);
        }
    }

    [Fact]
    public async Task The_pages_of_the_documentation_load_nothing_from_elsewhere()
    {
        var page = await api.Send(HttpMethod.Get, "/docs");
        if (page.Status is 301 or 302)
        {
            page = await api.Send(HttpMethod.Get, "/docs/");
        }
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain("fonts.scalar.com", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page.Text, StringComparison.Ordinal);
        Assert.Contains(
            "connect-src 'self'",
            page.Header("Content-Security-Policy")!,
            StringComparison.Ordinal
        );
    }

    private static Task<string> Read(string file, [CallerFilePath] string here = "") =>
        File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(here)!, "../..", file));
}
