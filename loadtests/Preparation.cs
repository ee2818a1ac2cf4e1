using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace PointsMall.LoadTests;

/// <summary>Makes what a load needs, over the API: members with points, SKUs with stock. Writes their ids, one a line.</summary>
internal static class Preparation
{
    private const int PointsEach = 10;
    private const long PointsPerMember = 100_000_000;
    private const long UnitsPerSku = 100_000_000;
    private const int Parallel = 32;

    public static async Task<int> Run(Uri url, string folder, int members, int skus)
    {
        if (Environment.GetEnvironmentVariable("MALL_STAFF_TOKEN") is not { Length: > 0 } token)
        {
            await Console.Error.WriteLineAsync(
                "Set MALL_STAFF_TOKEN: export MALL_STAFF_TOKEN=$(./mall token staff)"
            );
            return 64;
        }
        using var client = new HttpClient { BaseAddress = url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Directory.CreateDirectory(folder);
        await Write(folder, "members", await Many(members, _ => MakeMember(client)));
        await Write(folder, "skus", await Many(skus, number => MakeSku(client, number)));
        Console.WriteLine($"{members} members and {skus} SKUs are in {folder}");
        return 0;
    }

    private static async Task<string> MakeMember(HttpClient client)
    {
        var member = await Post(client, "/v1/members", new { displayName = "Load test" });
        var id = member.GetProperty("memberId").GetString()!;
        await Post(
            client,
            $"/v1/members/{id}/points/grants",
            new
            {
                points = PointsPerMember,
                reason = "Load test",
                source = "load_test",
            }
        );
        return id;
    }

    private static async Task<string> MakeSku(HttpClient client, int number)
    {
        var product = await Post(
            client,
            "/v1/products",
            new
            {
                name = $"Load test {number}",
                type = "product",
                category = "load-test",
            }
        );
        var productId = product.GetProperty("productId").GetString()!;
        var sku = await Post(
            client,
            $"/v1/products/{productId}/skus",
            new
            {
                code = "ONE",
                name = "One",
                points = PointsEach,
            }
        );
        var skuId = sku.GetProperty("skuId").GetString()!;
        await Post(
            client,
            $"/v1/skus/{skuId}/stock/movements",
            new { quantity = UnitsPerSku, reason = "Load test" }
        );
        await Post(client, $"/v1/products/{productId}/listing", new { listed = true });
        return skuId;
    }

    private static async Task<JsonElement> Post(HttpClient client, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(body),
        };
        request.Headers.Add(
            "Idempotency-Key",
            Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString()
        );
        using var response = await client.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(answer).RootElement
            : throw new HttpRequestException($"{path}: {(int)response.StatusCode} {answer}");
    }

    private static async Task<string[]> Many(int count, Func<int, Task<string>> make)
    {
        var ids = new string[count];
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel },
            async (number, _) => ids[number] = await make(number)
        );
        return ids;
    }

    private static Task Write(string folder, string name, string[] ids) =>
        File.WriteAllLinesAsync(Path.Combine(folder, name), ids);
}
