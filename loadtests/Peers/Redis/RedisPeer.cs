using System.Globalization;
using PointsMall.LoadTests.Peers.Http;
using StackExchange.Redis;

namespace PointsMall.LoadTests.Peers.Redis;

/// <summary>
/// The seckill shape: one Lua script a redemption, on one connection that all requests share. How durable an answer is depends on how the
/// server flushes its append-only file. There is no relational order and no ledger: a stream says what somebody has yet to write.
/// </summary>
internal sealed class RedisPeer : IPeer, IAsyncDisposable
{
    private const int AtOnce = 1_000;
    private const string Stream = "orders";
    private const string Skus = "skus";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConnectionMultiplexer _connection;
    private readonly IDatabase _database;
    private readonly string _script;
    private readonly TimeProvider _clock;

    private RedisPeer(ConnectionMultiplexer connection, string script, TimeProvider clock)
    {
        _connection = connection;
        _database = connection.GetDatabase();
        _script = script;
        _clock = clock;
    }

    public static async Task Add(WebApplicationBuilder builder)
    {
        var server = builder.Configuration.Required("Redis:Server");
        var peer = await Connect(server, TimeProvider.System);
        builder.Services.AddSingleton<IPeer>(_ => peer);
    }

    /// <param name="server">host:port.</param>
    public static async Task<RedisPeer> Connect(string server, TimeProvider clock)
    {
        var options = ConfigurationOptions.Parse(server);
        options.AsyncTimeout = (int)Patience.TotalMilliseconds;
        return new RedisPeer(
            await ConnectionMultiplexer.ConnectAsync(options),
            await Resource.Read("redeem.lua"),
            clock
        );
    }

    public async Task<Outcome> Redeem(Redemption redemption)
    {
        var lines = redemption.Lines;
        var keys = new RedisKey[3 + lines.Count];
        var values = new RedisValue[5 + 2 * lines.Count];
        keys[0] = $"key:{redemption.MemberId}:{redemption.Key}";
        keys[1] = MemberKey(redemption.MemberId);
        keys[2] = Stream;
        var now = _clock.GetUtcNow();
        values[0] = Guid.CreateVersion7(now).ToString();
        values[1] = now.ToUnixTimeMilliseconds();
        values[2] = redemption.Fingerprint();
        values[3] = redemption.MemberId.ToString();
        values[4] = redemption.Key;
        for (var i = 0; i < lines.Count; i++)
        {
            keys[3 + i] = SkuKey(lines[i].SkuId);
            values[5 + 2 * i] = lines[i].SkuId.ToString();
            values[6 + 2 * i] = lines[i].Quantity;
        }
        // Sent by its hash once the server knows it.
        var answer = (RedisValue[])(await _database.ScriptEvaluateAsync(_script, keys, values))!;
        return answer.Length == 1 ? Outcome.Refused(Refusals.Of(answer[0]!)) : Made(answer, lines);
    }

    public async Task AddMembers(IReadOnlyList<Guid> members, long points)
    {
        foreach (var some in members.Chunk(AtOnce))
        {
            await Task.WhenAll(
                some.Select(member =>
                    _database.HashSetAsync(
                        MemberKey(member),
                        [new("available", points), new("earned", points), new("spent", 0)]
                    )
                )
            );
        }
    }

    public async Task AddSkus(IReadOnlyList<Guid> skus, long pointsEach, long stock)
    {
        foreach (var some in skus.Chunk(AtOnce))
        {
            await Task.WhenAll(
                some.Select(sku =>
                    _database.HashSetAsync(
                        SkuKey(sku),
                        [
                            new("stock", stock),
                            new("points", pointsEach),
                            new("product", Guid.CreateVersion7(_clock.GetUtcNow()).ToString()),
                            new("name", "Load test, One"),
                        ]
                    )
                )
            );
            await _database.SetAddAsync(
                Skus,
                Array.ConvertAll(some, sku => (RedisValue)sku.ToString())
            );
        }
    }

    public async IAsyncEnumerable<StoredLine> Orders()
    {
        RedisValue after = "-";
        while (await _database.StreamRangeAsync(Stream, after, "+", AtOnce) is { Length: > 0 } some)
        {
            foreach (var entry in some)
            {
                var words = ((string)entry["lines"]!).Split(' ');
                for (var i = 0; i < words.Length; i += 2)
                {
                    yield return new StoredLine(
                        Id(entry["member"]),
                        (string)entry["key"]!,
                        Id(entry["order"]),
                        Id(words[i]),
                        int.Parse(words[i + 1], CultureInfo.InvariantCulture)
                    );
                }
            }
            after = $"({some[^1].Id}";
        }
    }

    public async IAsyncEnumerable<StoredStock> Stock()
    {
        foreach (var sku in await _database.SetMembersAsync(Skus))
        {
            yield return new StoredStock(
                Id(sku),
                (long)await _database.HashGetAsync(SkuKey(Id(sku)), "stock")
            );
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static Outcome Made(RedisValue[] answer, IReadOnlyList<Line> lines)
    {
        var orderLines = new OrderLine[lines.Count];
        for (var i = 0; i < orderLines.Length; i++)
        {
            orderLines[i] = new OrderLine(
                lines[i].SkuId,
                Id(answer[8 + 3 * i]),
                answer[9 + 3 * i]!,
                lines[i].Quantity,
                (long)answer[10 + 3 * i]
            );
        }
        return new Outcome
        {
            Replayed = answer[1] == 1,
            Balance = new Balance((long)answer[2], (long)answer[3], (long)answer[4]),
            Order = new Order(
                Id(answer[5]),
                DateTimeOffset.FromUnixTimeMilliseconds((long)answer[6]),
                (long)answer[7],
                orderLines
            ),
        };
    }

    private static string MemberKey(Guid member) => $"member:{member}";

    private static string SkuKey(Guid sku) => $"sku:{sku}";

    private static Guid Id(RedisValue value) =>
        Guid.Parse((string)value!, CultureInfo.InvariantCulture);
}
