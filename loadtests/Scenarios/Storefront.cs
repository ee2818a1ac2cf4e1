using System.Globalization;
using NBomber.Contracts;
using NBomber.Contracts.Metrics;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Histories;
using PointsMall.LoadTests.Http;

namespace PointsMall.LoadTests.Scenarios;

/// <summary>
/// What a storefront does for its members: it sends, repeats under the same key what got no certain answer, and writes every answer into the
/// history. Its verdict on an answer: a win is ok with the HTTP status, a refusal is ok with the problem's code, all else is a failure.
/// </summary>
internal sealed class Storefront : IDisposable
{
    private const int Connections = 256;
    private const int MostAttempts = 4;

    /// <summary>A little more than the API gives a command.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Stage _stage;
    private readonly IReadOnlyList<Shopper> _shoppers;
    private readonly LoadClient _client;
    private readonly ICounter _repeated = Metric.CreateCounter("repeated", "requests");
    private readonly IGauge _waits = Metric.CreateGauge("waited for a connection", "requests");
    private readonly IGauge _wait = Metric.CreateGauge("mean wait for a connection", "ms");
    private int _turn = -1;

    /// <param name="stage">The mall.</param>
    /// <param name="shoppers">Whom it serves; null for all of the stage's.</param>
    public Storefront(Stage stage, IReadOnlyList<Shopper>? shoppers = null)
    {
        _stage = stage;
        _shoppers = shoppers ?? stage.Shoppers;
        _client = new LoadClient(stage.Api, Connections, Timeout);
    }

    /// <summary>The init of the first of a plan's scenarios.</summary>
    public Task Open(IScenarioInitContext context)
    {
        context.RegisterMetric(_repeated);
        context.RegisterMetric(_waits);
        context.RegisterMetric(_wait);
        return Task.CompletedTask;
    }

    /// <summary>Its clean.</summary>
    public Task Close(IScenarioInitContext context)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Each member in turn, so that as many as possible differ.</summary>
    public Shopper NextShopper() =>
        _shoppers[(int)((uint)Interlocked.Increment(ref _turn) % (uint)_shoppers.Count)];

    public static Guid NewKey() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    /// <summary>What a request asks for, made once for all requests that ask for it.</summary>
    public Purchase Purchase(params ReadOnlySpan<StageSku> skus)
    {
        BasketLine[] lines = [.. skus.ToArray().Select(sku => new BasketLine(sku.SkuId, 1))];
        return new Purchase(_stage.History.Basket(lines));
    }

    /// <summary>Redeems under a key of its own.</summary>
    public async Task<Response<object>> Redeem(Shopper member, Purchase purchase) =>
        ToResponse(await Send(Command.Redeem(member, purchase, NewKey())));

    /// <summary>Cancels an order of the member's.</summary>
    public async Task<Response<object>> Cancel(Shopper member, Guid orderId) =>
        ToResponse(await Send(Command.Cancel(member, orderId, NewKey())));

    /// <summary>Reads something.</summary>
    /// <param name="path">What.</param>
    /// <param name="caller">Null for what needs no token.</param>
    /// <param name="part">Bytes that a right answer has in it.</param>
    public async Task<Response<object>> Read(
        string path,
        ICaller? caller,
        ReadOnlyMemory<byte> part
    )
    {
        var request = new LoadRequest("GET", path) { Token = caller?.Token, KeepBody = true };
        var answer = await _client.Send(request);
        Note();
        return answer.IsSuccess && answer.Body.Span.IndexOf(part.Span) < 0
            ? Response.Fail("wrong_body", "what was asked for is not in the answer", answer.Bytes)
            : ToResponse(answer, namesOrder: false);
    }

    /// <summary>Sends a command until its outcome is certain, under its one key; gives up after some attempts.</summary>
    public async Task<LoadAnswer> Send(Command command)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await SendOnce(command);
            if (IsCertain(answer) || attempt == MostAttempts)
            {
                return answer;
            }
            _repeated.Add(1);
            await Task.Delay(PauseAfter(answer, attempt));
        }
    }

    /// <summary>Sends a command once, whatever comes of it.</summary>
    public async Task<LoadAnswer> SendOnce(Command command)
    {
        var sentAt = TimeProvider.System.GetTimestamp();
        var answer = await _client.Send(command.Request);
        Note();
        if (command.Operation is { } operation)
        {
            _stage.History.Add(
                new Attempt
                {
                    Operation = operation,
                    Member = command.Member!,
                    Key = command.Key,
                    Basket = command.Basket,
                    OrderId = answer.OrderId ?? command.OrderId,
                    Status = answer.Status,
                    Code = answer.Code ?? "",
                    SentAt = sentAt,
                    AnsweredAt = TimeProvider.System.GetTimestamp(),
                }
            );
        }
        return answer;
    }

    /// <param name="answer">The last answer to a request.</param>
    /// <param name="namesOrder">True when a win must name an order.</param>
    public static Response<object> ToResponse(in LoadAnswer answer, bool namesOrder = true)
    {
        var code = answer.Code ?? answer.Status.ToString(CultureInfo.InvariantCulture);
        return answer switch
        {
            { Failure: LoadFailure.TimedOut } => Response.Fail("-100", answer.Detail),
            { Failure: not LoadFailure.None } => Response.Fail(
                answer.Failure.ToString(),
                answer.Detail
            ),
            { IsSuccess: true, OrderId: null } when namesOrder => Response.Fail(
                "wrong_body",
                "a success names no order",
                answer.Bytes
            ),
            { IsSuccess: true } => Response.Ok(code, answer.Bytes),
            // What an honest storefront may be told; the rest says that it asks wrongly, or that the mall is broken.
            { Status: 409 or 422 or 429 } when code != "idempotency_key_reused" => Response.Ok(
                code,
                answer.Bytes
            ),
            _ => Response.Fail(code, "an answer that was not to come", answer.Bytes),
        };
    }

    /// <summary>A refusal changed nothing and a success is a success; a 5xx or no answer says neither.</summary>
    public static bool IsCertain(in LoadAnswer answer) =>
        answer.Failure == LoadFailure.None && answer.Status < 500;

    private static TimeSpan PauseAfter(in LoadAnswer answer, int attempt)
    {
        var pause = answer.RetryAfterSeconds is { } seconds
            ? TimeSpan.FromSeconds(seconds)
            : attempt * Pause;
        return pause < LongestPause ? pause : LongestPause;
    }

    private void Note()
    {
        var waits = _client.Waits;
        if (waits > 0)
        {
            _waits.Set(waits);
            _wait.Set(_client.Waited.TotalMilliseconds / waits);
        }
    }
}
