using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PointsMall.GrainInterfaces.Inventory;

namespace PointsMall.LoadTests.Bench.Seeding;

/// <summary>Puts products with stock up for sale, over the API as staff would.</summary>
internal sealed class ShelfFiller(Uri api, ICaller staff) : IDisposable
{
    private const int AtOnce = 16;
    private readonly HttpClient _http = new() { BaseAddress = api };

    /// <summary>A category that scenarios may browse.</summary>
    public static string CategoryOf(Shelf shelf) => $"bench-{shelf.Name}";

    public async Task<IReadOnlyList<StageSku>> Fill(
        IEnumerable<Shelf> shelves,
        CancellationToken cancelled
    )
    {
        List<StageSku> skus = [];
        foreach (var shelf in shelves)
        {
            var made = new StageSku[shelf.Skus];
            await Parallel.ForAsync(
                0,
                shelf.Skus,
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = AtOnce,
                    CancellationToken = cancelled,
                },
                async (number, token) => made[number] = await Make(shelf, number + 1, token)
            );
            skus.AddRange(made);
        }
        return skus;
    }

    public void Dispose() => _http.Dispose();

    private async Task<StageSku> Make(Shelf shelf, int number, CancellationToken cancelled)
    {
        var name = $"{shelf.Name} {number}";
        var product = await Post(
            "/v1/products",
            new
            {
                name,
                type = "product",
                category = CategoryOf(shelf),
            },
            cancelled
        );
        var productId = product.GetProperty("productId").GetGuid();
        var sku = await Post(
            $"/v1/products/{productId}/skus",
            new
            {
                code = "ONE",
                name,
                points = shelf.Points,
                perOrderLimit = shelf.PerOrderLimit,
                perMemberLimit = shelf.PerMemberLimit,
                perMemberWindow = shelf.PerMemberLimit is null ? null : NameOf(shelf.Window),
            },
            cancelled
        );
        var skuId = sku.GetProperty("skuId").GetGuid();
        if (shelf.StockEach > 0)
        {
            await Post(
                $"/v1/skus/{skuId}/stock/movements",
                new { quantity = shelf.StockEach, reason = "Load test" },
                cancelled
            );
        }
        await Post($"/v1/products/{productId}/listing", new { listed = true }, cancelled);
        return new StageSku(shelf.Name, skuId, productId, name, shelf.Points, shelf.StockEach);
    }

    private async Task<JsonElement> Post(string path, object body, CancellationToken cancelled)
    {
        var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = JsonContent.Create(body),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", staff.Token);
            request.Headers.Add("Idempotency-Key", key);
            using var response = await _http.SendAsync(request, cancelled);
            var answer = await response.Content.ReadAsStringAsync(cancelled);
            if (response.IsSuccessStatusCode)
            {
                return JsonDocument.Parse(answer).RootElement;
            }
            if (
                response.StatusCode
                is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            )
            {
                throw new BenchException(
                    $"POST {path} was answered with {(int)response.StatusCode}: {answer}"
                );
            }
            await Task.Delay(
                response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1),
                cancelled
            );
        }
    }

    private static string NameOf(LimitWindow window) =>
        window switch
        {
            LimitWindow.Day => "day",
            LimitWindow.Week => "week",
            LimitWindow.Month => "month",
            _ => "total",
        };
}
