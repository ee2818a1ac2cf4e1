using System.Globalization;
using System.Net;
using System.Text;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>
/// A closed loop of redemptions: each connection sends its next one when the last is answered. It shows that the path works under load and
/// about how fast; it says nothing about a rush that does not wait.
/// </summary>
internal static class Smoke
{
    public static async Task<int> Run(Uri url, string folder, int connections, int seconds)
    {
        var tokens = await File.ReadAllLinesAsync(Path.Combine(folder, "tokens"));
        var skus = await File.ReadAllLinesAsync(Path.Combine(folder, "skus"));
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections };
        using var client = new HttpClient(handler) { BaseAddress = url };
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var startedAt = TimeProvider.System.GetTimestamp();
        var loops = await Task.WhenAll(
            Enumerable
                .Range(0, connections)
                .Select(number => Loop(client, number, connections, tokens, skus, over.Token))
        );
        var elapsed = TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
        return Report(loops, elapsed);
    }

    private static async Task<List<(HttpStatusCode Status, double Ms)>> Loop(
        HttpClient client,
        int number,
        int connections,
        string[] tokens,
        string[] skus,
        CancellationToken over
    )
    {
        List<(HttpStatusCode, double)> answers = [];
        for (var turn = number; !over.IsCancellationRequested; turn += connections)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/me/redemptions");
            request.Headers.TryAddWithoutValidation(
                "Authorization",
                "Bearer " + tokens[turn % tokens.Length]
            );
            request.Headers.TryAddWithoutValidation(
                "Idempotency-Key",
                Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString()
            );
            request.Content = new StringContent(
                $$"""{"items":[{"skuId":"{{skus[turn % skus.Length]}}","quantity":1}]}""",
                Encoding.UTF8,
                "application/json"
            );
            var sentAt = TimeProvider.System.GetTimestamp();
            // Not cancelled at the end: what was asked is answered and counted.
            using var response = await client.SendAsync(request, CancellationToken.None);
            answers.Add(
                (response.StatusCode, TimeProvider.System.GetElapsedTime(sentAt).TotalMilliseconds)
            );
        }
        return answers;
    }

    private static int Report(List<(HttpStatusCode Status, double Ms)>[] loops, double seconds)
    {
        var answers = loops.SelectMany(loop => loop).ToList();
        foreach (var group in answers.GroupBy(answer => answer.Status).OrderBy(group => group.Key))
        {
            Console.WriteLine($"{(int)group.Key}: {group.Count()}");
        }
        var times = answers.Select(answer => answer.Ms).Order().ToList();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{answers.Count / seconds:0} requests/s, p50 {At(times, 0.5):0.0} ms, p99 {At(times, 0.99):0.0} ms, max {times[^1]:0.0} ms"
            )
        );
        return answers.All(answer => answer.Status == HttpStatusCode.Created) ? 0 : 1;
    }

    private static double At(List<double> sorted, double share) =>
        sorted[Math.Min((int)(sorted.Count * share), sorted.Count - 1)];
}
