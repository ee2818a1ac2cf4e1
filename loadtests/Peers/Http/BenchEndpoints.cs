using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace PointsMall.LoadTests.Peers.Http;

/// <summary>
/// What the comparison needs beside redemptions: filling a peer, and reading what it holds afterwards. Lines of text, so that a million
/// members are no large document. Without authentication: a peer listens on loopback and lives for a benchmark.
/// </summary>
internal static class BenchEndpoints
{
    private const int MaxBody = 128 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(
            "/bench/members",
            static async (HttpContext http, long points, IPeer peer) =>
                await peer.AddMembers(await ReadIds(http), points)
        );
        routes.MapPost(
            "/bench/skus",
            static async (HttpContext http, long pointsEach, long stock, IPeer peer) =>
                await peer.AddSkus(await ReadIds(http), pointsEach, stock)
        );
        routes.MapGet(
            "/bench/orders",
            static (HttpContext http, IPeer peer) =>
                Write(
                    http,
                    peer.Orders(),
                    line =>
                        $"{line.MemberId}\t{line.Key}\t{line.OrderId}\t{line.SkuId}\t{line.Quantity}\n"
                )
        );
        routes.MapGet(
            "/bench/stock",
            static (HttpContext http, IPeer peer) =>
                Write(http, peer.Stock(), stock => $"{stock.SkuId}\t{stock.Left}\n")
        );
    }

    private static async Task Write<T>(
        HttpContext http,
        IAsyncEnumerable<T> rows,
        Func<T, FormattableString> line
    )
    {
        await using var output = new StreamWriter(http.Response.Body, Encoding.ASCII);
        await foreach (var row in rows)
        {
            await output.WriteAsync(line(row).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>UUIDs, one a line.</summary>
    private static async Task<List<Guid>> ReadIds(HttpContext http)
    {
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MaxBody;
        using var input = new StreamReader(http.Request.Body);
        List<Guid> ids = [];
        while (await input.ReadLineAsync(http.RequestAborted) is { } line)
        {
            ids.Add(Guid.Parse(line, CultureInfo.InvariantCulture));
        }
        return ids;
    }
}
