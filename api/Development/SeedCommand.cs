using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace PointsMall.Api.Development;

/// <summary>
/// Fills in the demo programme of <c>demo-programme.json</c> over the API, as an outside system would. Every call carries an idempotency key
/// that is always the same, so a second run changes nothing.
/// </summary>
internal static class SeedCommand
{
    private const int MembersShown = 5;

    // Enough to use both ends' cores; the seed is bound by round trips.
    private static readonly ParallelOptions Concurrency = new() { MaxDegreeOfParallelism = 8 };

    /// <param name="args">What follows the word <c>seed</c>: nothing.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(string[] args)
    {
        try
        {
            if (args is not [])
            {
                throw new DevelopmentCommandException("seed takes no arguments");
            }
            await Fill();
            return 0;
        }
        catch (DevelopmentCommandException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task Fill()
    {
        var started = Stopwatch.GetTimestamp();
        var programme = DemoProgramme.Load();
        using var api = SeedClient.FromEnvironment();

        var members = programme.Members;
        var ids = new Guid[members.Count];
        await Parallel.ForAsync(
            0,
            members.Count,
            Concurrency,
            async (index, _) => ids[index] = await Register(api, members[index])
        );

        // Requests with a key must be the same in every run, so their instants count from one that the database remembers.
        var start = StartOf(ids[0]);
        await Task.WhenAll(
            Parallel.ForAsync(
                0,
                members.Count,
                Concurrency,
                async (index, _) => await Grant(api, members[index], ids[index], start)
            ),
            Parallel.ForEachAsync(
                programme.Products,
                Concurrency,
                async (product, _) => await AddProduct(api, product, start)
            )
        );
        await Print(members, ids, programme.Products, Stopwatch.GetElapsedTime(started));
    }

    private static async Task<Guid> Register(SeedClient api, DemoMember member)
    {
        var created = await api.Post(
            "/v1/members",
            $"demo-{member.ExternalId}",
            new JsonObject
            {
                ["externalId"] = member.ExternalId,
                ["displayName"] = member.DisplayName,
            }
        );
        return Guid.Parse(created["memberId"]!.GetValue<string>(), CultureInfo.InvariantCulture);
    }

    private static async Task Grant(
        SeedClient api,
        DemoMember member,
        Guid memberId,
        DateTimeOffset start
    )
    {
        foreach (var (number, grant) in member.Grants.Index())
        {
            await api.Post(
                $"/v1/members/{memberId}/points/grants",
                $"demo-{member.ExternalId}-{number}",
                DemoProgramme.WithInstants(grant, start)
            );
        }
    }

    private static async Task AddProduct(SeedClient api, DemoProduct product, DateTimeOffset start)
    {
        var key = $"demo-{product.Key}";
        var created = await api.Post(
            "/v1/products",
            key,
            DemoProgramme.WithInstants(product.Product, start)
        );
        var productId = created["productId"]!.GetValue<string>();
        foreach (var (sku, stock) in product.Skus)
        {
            var code = sku["code"]!.GetValue<string>();
            var added = await api.Post(
                $"/v1/products/{productId}/skus",
                $"{key}-{code}",
                DemoProgramme.WithInstants(sku, start)
            );
            await api.Post(
                $"/v1/skus/{added["skuId"]!.GetValue<string>()}/stock/movements",
                $"{key}-{code}-stock",
                new JsonObject { ["quantity"] = stock, ["reason"] = "First delivery" }
            );
        }
        await api.Post(
            $"/v1/products/{productId}/listing",
            $"{key}-listing",
            new JsonObject { ["listed"] = true }
        );
    }

    /// <summary>A UUIDv7 begins with the milliseconds since 1970 of its making; the day of that.</summary>
    private static DateTimeOffset StartOf(Guid firstMember)
    {
        var milliseconds = Convert.ToInt64(
            firstMember.ToString("N", CultureInfo.InvariantCulture)[..12],
            16
        );
        return new DateTimeOffset(
            DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.Date,
            TimeSpan.Zero
        );
    }

    private static Task Print(
        IReadOnlyList<DemoMember> members,
        Guid[] ids,
        IReadOnlyList<DemoProduct> products,
        TimeSpan took
    )
    {
        var lines = members
            .Take(MembersShown)
            .Select((member, index) => $"  {ids[index]}  {member.ExternalId}  {member.DisplayName}")
            .Prepend("  member id                             external  name")
            .Prepend(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"demo programme: {products.Count} products, {members.Count} members ({took.TotalSeconds:F1} s)"
                )
            );
        return Console.Out.WriteLineAsync(string.Join('\n', lines));
    }
}
