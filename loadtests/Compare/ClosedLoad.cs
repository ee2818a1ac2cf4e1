using System.Globalization;
using System.Text;
using NBomber.Contracts;
using NBomber.Contracts.Stats;
using NBomber.CSharp;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Histories;
using PointsMall.LoadTests.Http;
using Serilog;
using Spectre.Console;

namespace PointsMall.LoadTests.Compare;

/// <summary>
/// Callers in a closed model, each on a connection of its own: the next redemption of a random member follows the answer to the last. Run by
/// the project's own runner.
/// </summary>
internal sealed class ClosedLoad : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WarmUpWindow = TimeSpan.FromSeconds(3);
    private const int SteadyWindows = 3;
    private const int MaxWarmUpWindows = 12;
    private const double SteadyWithin = 0.1;

    private readonly Contestant _system;
    private readonly IReadOnlyList<Shopper> _shoppers;
    private readonly (Basket Basket, byte[] Body)[] _requests;
    private readonly LoadClient _client;
    private readonly int _connections;

    /// <param name="system">Its history gets every answer.</param>
    /// <param name="api">Where it listens.</param>
    /// <param name="shoppers">Who redeems.</param>
    /// <param name="skus">What, one unit each time.</param>
    /// <param name="connections">Callers.</param>
    public ClosedLoad(
        Contestant system,
        Uri api,
        IReadOnlyList<Shopper> shoppers,
        IReadOnlyList<StageSku> skus,
        int connections
    )
    {
        _system = system;
        _shoppers = shoppers;
        _connections = connections;
        _client = new LoadClient(api, connections, Patience);
        _requests =
        [
            .. skus.Select(sku =>
                (
                    system.History.Basket(new BasketLine(sku.SkuId, 1)),
                    system.Path == Contestant.Redemptions
                        ? Encoding.UTF8.GetBytes(
                            $$"""{"items":[{"skuId":"{{sku.SkuId}}","quantity":1}]}"""
                        )
                        : "{}"u8.ToArray()
                )
            ),
        ];
    }

    /// <summary>Loads until the rates of three windows in a row differ by at most a tenth, and at most 36 s.</summary>
    /// <returns>Seconds that it took, and whether it became steady.</returns>
    public (int Seconds, bool Steady) WarmUp()
    {
        List<double> rates = [];
        while (rates.Count < MaxWarmUpWindows)
        {
            rates.Add(Run(WarmUpWindow).Ok.Request.RPS);
            var last = rates.TakeLast(SteadyWindows).ToList();
            if (last.Count == SteadyWindows && last.Max() - last.Min() <= SteadyWithin * last.Max())
            {
                return (rates.Count * (int)WarmUpWindow.TotalSeconds, true);
            }
        }
        return (rates.Count * (int)WarmUpWindow.TotalSeconds, false);
    }

    public ScenarioStats Run(TimeSpan duration)
    {
        var scenario = Scenario
            .Create("redeem", Redeem)
            .WithoutWarmUp()
            .WithMaxFailCount(int.MaxValue)
            .WithLoadSimulations(Simulation.KeepConstant(_connections, duration));
        var console = AnsiConsole.Console;
        // Forty runs in a row: their figures are in the table.
        AnsiConsole.Console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) }
        );
        try
        {
            return NBomberRunner
                .RegisterScenarios(scenario)
                .WithoutReports()
                .DisplayConsoleMetrics(false)
                .WithLoggerConfig(() => new LoggerConfiguration())
                .Run()
                .ScenarioStats[0];
        }
        finally
        {
            AnsiConsole.Console = console;
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<IResponse> Redeem(IScenarioContext context)
    {
        var clock = TimeProvider.System;
        var shopper = _shoppers[context.Random.Next(_shoppers.Count)];
        var (basket, body) = _requests[context.Random.Next(_requests.Length)];
        var key = Guid.CreateVersion7(clock.GetUtcNow());
        var sentAt = clock.GetTimestamp();
        var answer = await _client.Send(
            new LoadRequest("POST", _system.Path)
            {
                Token = shopper.Token,
                Key = key.ToString(),
                Body = body,
            }
        );
        if (_system.Redeems)
        {
            _system.History.Add(
                new Attempt
                {
                    Operation = Operation.Redeem,
                    Member = shopper,
                    Key = key,
                    Basket = basket,
                    OrderId = answer.OrderId ?? Guid.Empty,
                    Status = answer.Status,
                    Code = answer.Code ?? "",
                    SentAt = sentAt,
                    AnsweredAt = clock.GetTimestamp(),
                }
            );
        }
        var status = answer.Status.ToString(CultureInfo.InvariantCulture);
        return answer.IsSuccess
            ? Response.Ok(status, answer.Bytes)
            : Response.Fail(status, answer.Code ?? answer.Detail);
    }
}
